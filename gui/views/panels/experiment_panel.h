// SPDX-License-Identifier: GPL-3.0-or-later
// The isolation test on one card: progress while it runs, then before, during, after and the verdict.
#pragma once

#include "gui/probe/experiments/isolation.h"
#include "gui/theme/palette.h"

#include <QFrame>

#include <optional>

class QLabel;
class QProgressBar;
class QPushButton;
class QTableWidget;

namespace openloop::gui {

class StateBadge;

/// Shows an isolation test. GUI thread.
class ExperimentPanel : public QFrame
{
    Q_OBJECT
public:
    explicit ExperimentPanel(QWidget *parent = nullptr);

    void setPalette(const Palette &palette);
    void showIdle();
    void showPhase(probe::IsolationPhase phase, const probe::IsolationConfig &config);
    void showProgress(double fraction);
    void showVerdict(const probe::IsolationVerdict &verdict);
    const std::optional<probe::IsolationVerdict> &verdict() const { return m_verdict; }

signals:
    void runWanted();
    void abortWanted();
    /// The command line that repeats this test without a display.
    void copyCommandWanted();

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void fillTable();
    void fitRatios();

    StateBadge *m_badge = nullptr;
    QLabel *m_sentence = nullptr;
    QProgressBar *m_progress = nullptr;
    QTableWidget *m_table = nullptr;
    QPushButton *m_run = nullptr;
    QPushButton *m_abort = nullptr;
    QPushButton *m_copy = nullptr;
    std::optional<probe::IsolationVerdict> m_verdict;
};

} // namespace openloop::gui
