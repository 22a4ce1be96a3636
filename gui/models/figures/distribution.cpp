// SPDX-License-Identifier: GPL-3.0-or-later
// Sums up histograms as shares, and by column for the heatmap.
#include "gui/models/figures/distribution.h"

#include "gui/models/figures/column_cache.h"
#include "gui/probe/samples/durations.h"

#include <algorithm>
#include <cmath>

namespace openloop::gui {

namespace {

constexpr int rowsPerDecade = 24;

} // namespace

Heatmap heatmapOf(const Session &session, const probe::Series &series, double from, double to, int columns)
{
    const double width = ColumnCache::widthFor(to - from, columns);
    const auto first = std::floor(from / width);
    Heatmap map;
    map.fromX = first * width;
    map.columns = static_cast<int>(std::ceil(to / width) - first);
    map.toX = map.fromX + map.columns * width;
    const auto all = series.statistics(session.instantAt(map.fromX), session.instantAt(map.toX)).histogram();
    if (all.count() == 0)
        return map;
    const double low = std::max(0.001, probe::toMilliseconds(*all.atRank(1)));
    const double high = std::max(low, probe::toMilliseconds(*all.atRank(all.count())));
    const double bottom = std::floor(std::log10(low * 0.9));
    const double top = std::max(std::ceil(std::log10(high * 1.2)), bottom + 2);
    map.fromY = std::pow(10, bottom);
    map.toY = std::pow(10, top);
    map.rows = static_cast<int>(std::lround(top - bottom)) * rowsPerDecade;
    map.cells.assign(static_cast<std::size_t>(map.columns) * static_cast<std::size_t>(map.rows), 0);
    const auto rowOf = [&](double milliseconds) {
        return std::clamp(static_cast<int>((std::log10(std::max(milliseconds, map.fromY)) - bottom) * rowsPerDecade), 0,
                          map.rows - 1);
    };
    const double origin = session.secondsAt(series.origin());
    for (const auto &sample : series.samples(session.instantAt(map.fromX), session.instantAt(map.toX))) {
        if (!probe::hasLatency(sample.outcome()))
            continue;
        const double x = origin + std::chrono::duration<double>(sample.due()).count();
        const int column = std::clamp(static_cast<int>((x - map.fromX) / width), 0, map.columns - 1);
        const bool isSkipped = sample.outcome() == probe::Outcome::Skipped; // slower than all others
        const int cell = column * map.rows + rowOf(isSkipped ? high : probe::toMilliseconds(sample.response()));
        map.cells[static_cast<std::size_t>(cell)] += 1;
    }
    return map;
}

std::vector<HistogramBar> histogramOf(const probe::Statistics &statistics)
{
    const auto histogram = statistics.histogram();
    if (histogram.count() == 0)
        return {};
    const auto barAt = [](double milliseconds) {
        return static_cast<int>(std::floor(std::log10(std::max(milliseconds, 0.001)) * rowsPerDecade));
    };
    const auto middle = [](const probe::Histogram::Bucket &bucket) {
        return (probe::toMilliseconds(probe::Histogram::lowerBound(bucket.index))
                + probe::toMilliseconds(probe::Histogram::upperBound(bucket.index)))
            / 2;
    };
    const auto buckets = histogram.buckets();
    const int first = barAt(middle(buckets.front()));
    std::vector<HistogramBar> bars;
    for (int bar = first; bar <= barAt(middle(buckets.back())); ++bar)
        bars.push_back({std::pow(10, double(bar) / rowsPerDecade), std::pow(10, double(bar + 1) / rowsPerDecade), 0});
    for (const auto &bucket : buckets)
        bars[static_cast<std::size_t>(barAt(middle(bucket)) - first)].share +=
            static_cast<double>(bucket.count) / static_cast<double>(histogram.count());
    return bars;
}

std::vector<Exceedance> exceedanceOf(const probe::Statistics &statistics)
{
    const auto histogram = statistics.histogram();
    std::vector<Exceedance> result;
    if (histogram.count() == 0)
        return result;
    const auto total = static_cast<double>(histogram.count());
    auto left = histogram.count();
    const auto knownUpTo = statistics.knownUpTo();
    std::optional<double> unknown; // the share of those that took longer than that, nobody knows how much
    for (const auto &bucket : histogram.buckets()) {
        if (knownUpTo && !unknown && probe::Histogram::upperBound(bucket.index) > *knownUpTo)
            unknown = static_cast<double>(left) / total;
        result.push_back({std::max(0.001, probe::toMilliseconds(probe::Histogram::lowerBound(bucket.index))),
                          unknown.value_or(static_cast<double>(left) / total)});
        left -= bucket.count;
    }
    return result;
}

} // namespace openloop::gui
