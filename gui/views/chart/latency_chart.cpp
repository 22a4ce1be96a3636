// SPDX-License-Identifier: GPL-3.0-or-later
// What all ways to look at latencies share: axes, zooming, the readout under the pointer.
#include "gui/views/chart/latency_chart.h"

#include "gui/models/format.h"

#include <QDateTime>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

LatencyChart::LatencyChart(const Session &session, TimeWindow &window, QWidget *parent)
    : QWidget(parent), m_session(session), m_window(window), m_plot(new PlotView(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_plot);
    setAccessibleName(tr("Latency over time"));
    applyAxes();
    // Who is asked elsewhere, or comes back under its name, has other columns.
    connect(&session, &Session::targetsChanged, this, [this] { m_caches.clear(); });
    connect(m_plot, &PlotView::zoomed, this, [this](double factor, double x) {
        if (isOverTime(m_mode))
            m_window.zoom(factor, x);
    });
    connect(m_plot, &PlotView::panned, this, [this](double delta) {
        if (isOverTime(m_mode))
            m_window.pan(delta);
    });
    connect(m_plot, &PlotView::rangeSelected, this, [this](double from, double to) {
        if (isOverTime(m_mode))
            m_window.showRange(from, to);
    });
    connect(m_plot, &PlotView::doubleClicked, &m_window, &TimeWindow::goLive);
    connect(m_plot, &PlotView::clicked, this, &LatencyChart::pointClicked);
    connect(m_plot, &PlotView::hovered, this, [this](double x, double) { m_plot->setReadout(readoutAt(x)); });
}

void LatencyChart::setLogarithmic(bool logarithmic)
{
    m_logarithmic = logarithmic;
    applyAxes();
    refresh();
}

void LatencyChart::setMode(ChartMode mode)
{
    m_mode = mode;
    applyAxes();
    refresh();
}

void LatencyChart::applyAxes()
{
    m_plot->setNamesBeside(isOverTime(m_mode)); // the others' lines end where there is nothing more
    if (m_mode == ChartMode::Distribution)
        m_plot->setAxes(PlotAxis::DurationLog, PlotAxis::ShareLog);
    else if (m_mode == ChartMode::Histogram)
        m_plot->setAxes(PlotAxis::DurationLog, PlotAxis::Share);
    else if (m_mode == ChartMode::Phases)
        m_plot->setAxes(PlotAxis::Time, PlotAxis::Duration);
    else
        m_plot->setAxes(PlotAxis::Time,
                        m_logarithmic || m_mode == ChartMode::Heatmap ? PlotAxis::DurationLog : PlotAxis::Duration);
}

void LatencyChart::setSelected(const QString &target)
{
    m_selected = target;
    refresh();
}

void LatencyChart::setHidden(const QSet<QString> &targets)
{
    m_hidden = targets;
    refresh();
}

void LatencyChart::setYRange(double from, double to)
{
    m_fixedY = true;
    m_lowY = from;
    m_highY = to;
    m_plot->setYRange(from, to);
}

void LatencyChart::refresh()
{
    m_key = {};
    switch (m_mode) {
    case ChartMode::Points: refreshPoints(); break;
    case ChartMode::Heatmap: refreshHeatmap(); break;
    case ChartMode::Histogram: refreshHistogram(); break;
    case ChartMode::Distribution: refreshDistribution(); break;
    case ChartMode::Phases: refreshPhases(); break;
    }
    m_plot->redraw();
}

QString LatencyChart::stretch() const
{
    const double end = std::min(m_window.to(), m_session.now());
    return formatStretch(end - std::max(m_window.from(), m_session.beginning()), m_window.isLive());
}

std::vector<LatencyChart::Shown> LatencyChart::shown() const
{
    std::vector<Shown> result;
    std::size_t index = 0;
    for (const auto &target : m_session.targets()) {
        const auto style = colours().styleOf(index++); // that of its card, whoever is hidden
        const auto *history = m_session.series(target.name);
        if (history && !m_hidden.contains(target.name))
            result.push_back({target, *history, style, !m_selected.isEmpty() && m_selected != target.name});
    }
    return result;
}

QString LatencyChart::readoutAt(double x) const
{
    if (!isOverTime(m_mode))
        return m_mode == ChartMode::Distribution ? tr("slower than %1").arg(formatDuration(x)) : formatDuration(x);
    const auto time = QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(x * 1000)).toString(u"HH:mm:ss.zzz"_s);
    const auto widthOf = [this](const probe::Target &target) {
        return std::max(m_window.span() / 120, 1.5 * std::chrono::duration<double>(target.interval).count());
    };
    double widest = 0;
    for (const auto &one : shown())
        widest = std::max(widest, widthOf(one.target));
    QStringList lines{widest > 0 ? u"%1 ± %2"_s.arg(time, formatLimit(widest * 500)) : time};
    for (const auto &[target, history, style, dimmed] : shown()) {
        const double width = widthOf(target);
        const auto q = history.quantiles(m_session.instantAt(x - width / 2), m_session.instantAt(x + width / 2));
        if (q.n == 0)
            continue;
        QString line = u"/%1  "_s.arg(target.name);
        line += q.p50 ? tr("p50 %1  %2 %3").arg(q.p50->text(), q.p99Label(), (q.hasP99() ? q.p99 : q.max)->text())
                      : tr("no latency");
        if (q.errors > 0)
            line += tr("  %n error(s)", nullptr, static_cast<int>(q.errors));
        lines << line;
    }
    return lines.join(u'\n');
}

} // namespace openloop::gui
