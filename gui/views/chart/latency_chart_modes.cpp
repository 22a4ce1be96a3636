// SPDX-License-Identifier: GPL-3.0-or-later
// The other ways to look at latencies: heatmap, histogram, share slower than x, phases. The rest of latency_chart.h.
#include "gui/models/figures/distribution.h"
#include "gui/models/figures/phases.h"
#include "gui/models/format.h"
#include "gui/views/chart/latency_chart.h"

#include <algorithm>

namespace openloop::gui {

QString LatencyChart::shownAlone() const
{
    return !m_selected.isEmpty()        ? m_selected
        : m_session.targets().isEmpty() ? QString()
                                        : m_session.targets().first().name;
}

void LatencyChart::refreshHeatmap()
{
    const QString name = shownAlone();
    const auto *history = m_session.series(name);
    if (!history)
        return;
    const auto grid = heatmapOf(m_session, *history, m_window.from(), m_window.to(), std::max(60, m_plot->width() / 6));
    m_plot->setXRange(m_window.from(), m_window.to());
    m_plot->setYRange(grid.fromY, grid.toY);
    const auto limit = m_session.limitOf(name);
    m_plot->setLimitLine(limit, limit ? tr("SLO %1").arg(formatLimit(*limit)) : QString());
    m_plot->setSeries({});
    m_plot->setSpans(spans());
    m_key.title = tr("/%1: how many requests took how long, %2").arg(name, stretch());
    for (const auto count : grid.cells)
        m_key.most = std::max(m_key.most, static_cast<double>(count));
    m_key.cell = formatLimit((grid.toX - grid.fromX) / std::max(1, grid.columns) * 1000);
    m_plot->setGrid(PlotGrid{grid.fromX, grid.toX, grid.fromY, grid.toY, grid.columns, grid.rows, grid.cells});
}

PlotSeries LatencyChart::lineOf(const Shown &shown)
{
    PlotSeries result;
    result.name = u'/' + shown.target.name;
    result.style = shown.style;
    result.withMarkers = false;
    result.dimmed = shown.dimmed;
    return result;
}

void LatencyChart::refreshDistribution()
{
    double rarest = 0.01;
    drawOverLatency(1, 1.2, [&rarest](PlotSeries &one, const probe::Statistics &measured) {
        one.withBand = false;
        for (const auto &point : exceedanceOf(measured)) {
            one.buckets.push_back({point.milliseconds, point.share, point.share, false});
            rarest = std::min(rarest, point.share);
        }
    });
    m_key.title = tr("Share of requests that took longer, %1").arg(stretch());
    m_plot->setYRange(rarest * 0.8, 1.2);
}

void LatencyChart::drawOverLatency(double high, double room,
                                   const std::function<void(PlotSeries &, const probe::Statistics &)> &fill)
{
    std::vector<PlotSeries> all;
    double low = 1e9;
    for (const auto &target : shown()) {
        auto &one = all.emplace_back(lineOf(target));
        fill(one, target.history.statistics(m_session.instantAt(m_window.from()), m_session.instantAt(m_window.to())));
        for (const auto &bucket : one.buckets) {
            low = std::min(low, bucket.x);
            high = std::max(high, bucket.x);
        }
    }
    m_plot->setXRange(std::min(low, high / 10) * 0.8, high * room);
    m_plot->setLimitLine({}, {});
    m_plot->setSpans({});
    m_plot->setGrid({});
    m_plot->setSeries(std::move(all));
}

void LatencyChart::refreshHistogram()
{
    double most = 0.01;
    drawOverLatency(0.01, 1.5, [&most](PlotSeries &one, const probe::Statistics &measured) {
        for (const auto &bar : histogramOf(measured)) {
            one.buckets.push_back({bar.from, bar.share, 0, false});
            one.buckets.push_back({bar.to, bar.share, 0, false});
            most = std::max(most, bar.share);
        }
    });
    m_key.title = tr("Share of requests by latency, %1").arg(stretch());
    m_plot->setYRange(0, most * 1.1);
}

void LatencyChart::refreshPhases()
{
    const auto *history = m_session.series(shownAlone());
    if (!history)
        return;
    const auto columns =
        phasesOf(m_session, *history, m_window.from(), m_window.to(), std::max(60, m_plot->width() / 6));
    const auto names = phaseNames();
    const auto phaseColours = colours().phases();
    std::vector<PlotSeries> all(names.size());
    double highest = 0.01;
    for (std::size_t i = 0; i < names.size(); ++i) {
        all[i].style.colour = phaseColours[i];
        all[i].withLine = false;
        all[i].bandOpacity = 0.75;
        double share = 0;
        for (const auto &column : columns) {
            const double below = i == 0 ? 0 : column.upTo[i - 1];
            all[i].buckets.push_back({column.x, below, column.upTo[i], false});
            share = std::max(share, (column.upTo[i] - below) / std::max(1e-9, column.upTo.back()));
        }
        if (share > 0.03)
            all[i].name = names[i];
    }
    m_key.title = tr("/%1: where the time of the median request went, %2").arg(shownAlone(), stretch());
    for (std::size_t i = 0; i < names.size(); ++i)
        m_key.entries.push_back({names[i], phaseColours[i]});
    for (const auto &column : columns)
        highest = std::max(highest, column.upTo.back());
    m_plot->setXRange(m_window.from(), m_window.to());
    m_plot->setYRange(0, highest * 1.15);
    m_plot->setLimitLine({}, {});
    m_plot->setSpans(spans());
    m_plot->setGrid({});
    m_plot->setSeries(std::move(all));
}

} // namespace openloop::gui
