// SPDX-License-Identifier: GPL-3.0-or-later
// The search for the load at which a promise breaks: what was tried, and the knee of the curve.
#pragma once

#include "gui/probe/experiments/load_search.h"
#include "gui/theme/palette.h"

#include <QFrame>

class QLabel;
class QPushButton;

namespace openloop::gui {

class PlotView;
class StateBadge;

/// Latency of the promised target against load, one point for each step. GUI thread.
class LimitPanel : public QFrame
{
    Q_OBJECT
public:
    explicit LimitPanel(QWidget *parent = nullptr);

    void setPalette(const Palette &palette);
    /// What will be searched for; nothing to promise disables the button.
    void setQuestion(const QString &load, const std::optional<probe::Assertion> &promise);
    void showStarted(const probe::Assertion &promise);
    void showStep(int n);
    void showSteps(const probe::LoadSearch &search);
    void showFinished(const probe::LoadSearch &search);
    void showIdle();
    /// The outcome in a sentence; empty until the search has ended.
    const QString &verdict() const { return m_verdict; }

signals:
    void runWanted();
    void abortWanted();

private:
    void plot();

    StateBadge *m_badge = nullptr;
    QLabel *m_sentence = nullptr;
    QPushButton *m_run = nullptr;
    QPushButton *m_abort = nullptr;
    PlotView *m_plot = nullptr;
    QString m_load;
    std::optional<probe::Assertion> m_promise;
    QString m_verdict;
    QList<probe::LoadStep> m_steps;
    const Palette *m_palette = &paletteFor(false);
};

} // namespace openloop::gui
