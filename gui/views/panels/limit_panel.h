// SPDX-License-Identifier: GPL-3.0-or-later
// The search for the load at which a promise breaks: what was tried, and the knee of the curve.
#pragma once

#include "gui/probe/experiments/load_search.h"
#include "gui/theme/themed.h"
#include "gui/views/panels/run_panel.h"

namespace openloop::gui {

class PlotView;

/// Latency of the promised target against load, one point for each step. GUI thread.
class LimitPanel : public RunPanel, public Themed
{
    Q_OBJECT
public:
    explicit LimitPanel(QWidget *parent = nullptr);

    /// What will be searched for; nothing to promise disables the button.
    void setQuestion(const QString &load, const std::optional<probe::Assertion> &promise);
    void showStarted(const probe::Assertion &promise);
    void showStep(int n);
    /// At most so many seconds are left of the search.
    void showLeft(double seconds);
    void showSteps(const probe::LoadSearch &search);
    void showFinished(const probe::LoadSearch &search);
    void showIdle();
    /// The outcome in a sentence; empty until the search has ended.
    const QString &verdict() const { return m_verdict; }

private:
    void recolour() override { plot(); }
    void plot();

    PlotView *m_plot = nullptr;
    QString m_load;
    std::optional<probe::Assertion> m_promise;
    QString m_verdict;
    QString m_step; ///< in words
    QList<probe::LoadStep> m_steps;
};

} // namespace openloop::gui
