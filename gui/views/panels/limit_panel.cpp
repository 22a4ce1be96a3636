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
    : QFrame(parent), m_badge(new StateBadge(this)), m_sentence(new QLabel(this)),
      m_run(new QPushButton(tr("Find the limit"), this)), m_abort(new QPushButton(tr("Abort"), this)),
      m_plot(new PlotView(this))
{
    setProperty("role", u"panel"_s);
    m_sentence->setWordWrap(true);
    m_plot->setAxes(PlotAxis::Doubling, PlotAxis::DurationLog);
    m_plot->setAxisLabels(tr("parallel requests"), tr("p50 to p99"));
    m_plot->setAccessibleName(tr("Latency against load"));
    m_run->setObjectName(u"findLimit"_s);
    m_run->setToolTip(tr("Doubles the load until the promise breaks, then halves the step: some seconds for each"));
    auto *top = new QHBoxLayout;
    top->addWidget(m_badge);
    top->addWidget(m_sentence, 1);
    top->addWidget(m_abort);
    top->addWidget(m_run);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 8, 12, 4);
    layout->setSpacing(4);
    layout->addLayout(top);
    layout->addWidget(m_plot, 1);
    connect(m_run, &QPushButton::clicked, this, &LimitPanel::runWanted);
    connect(m_abort, &QPushButton::clicked, this, &LimitPanel::abortWanted);
    showIdle();
}

void LimitPanel::setPalette(const Palette &palette)
{
    m_palette = &paletteFor(palette.dark);
    m_badge->setPalette(palette);
    m_plot->setPalette(palette);
    plot();
}

void LimitPanel::setQuestion(const QString &load, const std::optional<probe::Assertion> &promise)
{
    if (!m_abort->isHidden())
        return; // the search that runs keeps its question
    m_load = load;
    if (promise)
        m_promise = promise;
    m_run->setEnabled(promise && !load.isEmpty());
    if (!m_verdict.isEmpty())
        return;
    m_sentence->setText(promise ? tr("How many parallel /%1 does %2 bear?").arg(load, promise->text)
                                : tr("Needs a rule on a latency of a target that is not the loaded one."));
}

void LimitPanel::showIdle()
{
    m_verdict.clear();
    m_badge->setState(State::Unknown, tr("Limit"));
    m_abort->hide();
    m_run->show();
    m_plot->setVisible(false);
}

void LimitPanel::showStarted(const probe::Assertion &promise)
{
    m_verdict.clear();
    m_promise = promise;
    m_abort->show();
    m_run->hide();
    m_steps.clear();
    plot();
    m_plot->setVisible(true);
}

void LimitPanel::showStep(int n)
{
    m_badge->setState(State::Unknown, tr("Searching"));
    m_sentence->setText(n == 0 ? tr("Without load first") : tr("Measuring with %1 parallel /%2").arg(n).arg(m_load));
}

void LimitPanel::showSteps(const probe::LoadSearch &search)
{
    m_steps = search.steps();
    plot();
}

void LimitPanel::showFinished(const probe::LoadSearch &search)
{
    m_abort->hide();
    m_run->show();
    const auto broken = search.lowestBroken();
    if (!broken) {
        m_badge->setState(State::Ok, tr("HOLDS"));
        m_verdict = tr("%1 holds up to %2 parallel /%3, the most that was tried")
                        .arg(m_promise->text)
                        .arg(search.highestKept())
                        .arg(m_load);
    } else if (*broken == 0) {
        m_badge->setState(State::Down, tr("BROKEN"));
        m_verdict = tr("%1 is broken without any load").arg(m_promise->text);
    } else if (*broken == 1) {
        m_badge->setState(State::Degraded, tr("BREAKS AT %1").arg(1));
        m_verdict = tr("%1 holds without load and breaks at the first /%2").arg(m_promise->text, m_load);
    } else {
        m_badge->setState(State::Degraded, tr("BREAKS AT %1").arg(*broken));
        m_verdict = tr("%1 holds up to %2 parallel /%3 and breaks at %4")
                        .arg(m_promise->text)
                        .arg(search.highestKept())
                        .arg(m_load)
                        .arg(*broken);
    }
    if (!search.doubt().isEmpty()) {
        m_badge->setState(State::Unknown, tr("INCONCLUSIVE"));
        m_verdict += tr(", but perhaps for another reason: %1").arg(search.doubt());
    }
    m_sentence->setText(m_verdict);
    showSteps(search);
}

void LimitPanel::plot()
{
    PlotSeries curve;
    curve.style = m_palette->styleOf(0);
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
