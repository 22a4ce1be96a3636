// SPDX-License-Identifier: GPL-3.0-or-later
// Words the outcome and draws the curve of latency against load.
#include "gui/views/panels/limit_panel.h"

#include "gui/models/format.h"
#include "gui/probe/samples/durations.h"
#include "gui/views/plot/view.h"
#include "gui/views/state_badge.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

double toMilliseconds(const std::optional<probe::Quantile> &quantile)
{
    return quantile ? probe::toMilliseconds(quantile->value) : 0;
}

const probe::Quantiles *quantilesOf(const probe::LoadStep &step, const QString &target)
{
    const auto found = std::ranges::find(step.targets, target, [](const auto &pair) { return pair.first; });
    return found == step.targets.end() ? nullptr : &found->second;
}

} // namespace

LimitPanel::LimitPanel(QWidget *parent)
    : RunPanel(tr("Find the limit"), tr("Abort"), parent), m_plot(new PlotView(this))
{
    m_plot->setAxes(PlotAxis::Doubling, PlotAxis::DurationLog);
    m_plot->setAxisLabels(tr("parallel requests"), tr("p50 to p99"));
    m_plot->setAccessibleName(tr("Latency against load"));
    runButton().setObjectName(u"findLimit"_s);
    runButton().setToolTip(
        tr("Doubles the load until the promise breaks, then halves the step: some seconds for each"));
    head().insertStretch(1, 1);
    body().addWidget(&sentence()); // in a line of its own: beside the button it would be a column
    body().addWidget(m_plot, 1);
    showIdle();
}

void LimitPanel::setQuestion(const QString &load, const std::optional<probe::Assertion> &promise)
{
    if (isRunning())
        return; // the search that runs keeps its question
    m_load = load;
    if (promise)
        m_promise = promise;
    runButton().setEnabled(promise && !load.isEmpty());
    if (!m_verdict.isEmpty())
        return;
    sentence().setText(promise ? tr("How many parallel /%1 does %2 bear?").arg(load, promise->text)
                               : tr("Needs a rule on a latency of a target that is not the loaded one."));
}

void LimitPanel::showIdle()
{
    m_verdict.clear();
    badge().setState(State::Unknown, tr("Limit"));
    setRunning(false);
    m_plot->setVisible(false);
}

void LimitPanel::showStarted(const probe::Assertion &promise)
{
    m_verdict.clear();
    m_promise = promise;
    setRunning(true);
    m_steps.clear();
    plot();
    m_plot->setVisible(true);
}

void LimitPanel::showStep(int n)
{
    badge().setState(State::Unknown, tr("Searching"));
    m_step = n == 0 ? tr("Without load first") : tr("Measuring with %1 parallel /%2").arg(n).arg(m_load);
    sentence().setText(m_step);
}

void LimitPanel::showLeft(double seconds)
{
    if (isRunning())
        sentence().setText(tr("%1. At most %2 left").arg(m_step, formatSpan(std::ceil(std::max(1.0, seconds)))));
}

void LimitPanel::showSteps(const probe::LoadSearch &search)
{
    m_steps = search.steps();
    plot();
}

void LimitPanel::showFinished(const probe::LoadSearch &search)
{
    setRunning(false);
    const auto broken = search.lowestBroken();
    if (!broken) {
        badge().setState(State::Ok, tr("HOLDS"));
        m_verdict = tr("%1 holds up to %2 parallel /%3, the most that was tried")
                        .arg(m_promise->text, QString::number(search.highestKept()), m_load);
    } else if (*broken == 0) {
        badge().setState(State::Down, tr("BROKEN"));
        m_verdict = tr("%1 is broken without any load").arg(m_promise->text);
    } else if (*broken == 1) {
        badge().setState(State::Degraded, tr("BREAKS AT %1").arg(1));
        m_verdict = tr("%1 holds without load and breaks at the first /%2").arg(m_promise->text, m_load);
    } else {
        badge().setState(State::Degraded, tr("BREAKS AT %1").arg(*broken));
        m_verdict = tr("%1 holds up to %2 parallel /%3 and breaks at %4")
                        .arg(m_promise->text, QString::number(search.highestKept()), m_load, QString::number(*broken));
    }
    if (!search.doubt().isEmpty()) {
        badge().setState(State::Unknown, tr("INCONCLUSIVE"));
        m_verdict += tr(", but perhaps for another reason: %1").arg(search.doubt());
    }
    sentence().setText(m_verdict);
    showSteps(search);
}

void LimitPanel::plot()
{
    PlotSeries curve;
    curve.style = colours().styleOf(0);
    double most = 1;
    double low = m_promise ? m_promise->condition.limit : 1;
    double high = low;
    for (const auto &step : std::as_const(m_steps)) {
        const auto *quantiles = m_promise ? quantilesOf(step, m_promise->target) : nullptr;
        if (!quantiles || !quantiles->p50)
            continue;
        const double top = toMilliseconds(quantiles->hasP99() ? quantiles->p99 : quantiles->max);
        const double x = step.n > 0 ? step.n : PlotView::doublingZero;
        curve.buckets.push_back({x, top, toMilliseconds(quantiles->p50), false});
        if (!step.kept)
            curve.crosses.emplace_back(x, 0);
        most = std::max(most, double(step.n));
        low = std::min(low, toMilliseconds(quantiles->p50));
        high = std::max(high, top);
    }
    std::ranges::sort(curve.buckets, {}, &PlotBucket::x);
    curve.markEvery = 1;
    m_plot->setXRange(PlotView::doublingZero * 0.85, most * 1.2);
    m_plot->setYRange(low * 0.6, high * 3);
    if (m_promise && m_promise->condition.isLatency())
        m_plot->setLimitLine(m_promise->condition.limit, m_promise->text);
    m_plot->setSeries({std::move(curve)});
    m_plot->redraw();
}

} // namespace openloop::gui
