// SPDX-License-Identifier: GPL-3.0-or-later
// The isolation test on one card: progress while it runs, then before, during, after and the verdict.
#pragma once

#include "gui/probe/experiments/isolation.h"
#include "gui/views/panels/run_panel.h"

#include <optional>
#include <vector>

class QProgressBar;
class QPushButton;
class QTableWidget;

namespace openloop::gui {

/// Shows an isolation test. GUI thread.
class ExperimentPanel : public RunPanel
{
    Q_OBJECT
public:
    explicit ExperimentPanel(QWidget *parent = nullptr);

    void showIdle();
    void showPhase(probe::IsolationPhase phase, const probe::IsolationConfig &config);
    /// fraction: of the whole test, 0..1; what is left of it is said in seconds.
    void showProgress(double fraction);
    QString said() const;
    void showVerdict(const probe::IsolationVerdict &verdict);
    const std::optional<probe::IsolationVerdict> &verdict() const { return m_verdict; }

signals:
    /// The command line that repeats this test without a display.
    void copyCommandWanted();

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void fillTable();
    void fitColumns();
    std::vector<int> write(bool full);

    QString m_phase; ///< in words
    double m_length = 0; ///< of the test, in s
    QProgressBar *m_progress = nullptr;
    QTableWidget *m_table = nullptr;
    QPushButton *m_copy = nullptr;
    std::optional<probe::IsolationVerdict> m_verdict;
};

} // namespace openloop::gui
