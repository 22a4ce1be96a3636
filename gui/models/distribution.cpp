// SPDX-License-Identifier: GPL-3.0-or-later
// See distribution.h.
#include "gui/models/distribution.h"

#include "gui/models/column_cache.h"

#include <algorithm>
#include <cmath>

namespace openloop::gui {

namespace {

constexpr int rowsPerDecade = 24;

double toMilliseconds(probe::Nanoseconds duration)
{
    return std::chrono::duration<double, std::milli>(duration).count();
}

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
    const double low = std::max(0.001, toMilliseconds(*all.atRank(1)));
    const double high = std::max(low, toMilliseconds(*all.atRank(all.count())));
    const double bottom = std::floor(std::log10(low * 0.9));
    const double top = std::max(std::ceil(std::log10(high * 1.2)), bottom + 2);
    map.fromY = std::pow(10, bottom);
    map.toY = std::pow(10, top);
    map.rows = static_cast<int>(std::lround(top - bottom)) * rowsPerDecade;
    map.cells.assign(static_cast<std::size_t>(map.columns * map.rows), 0);
    const auto rowOf = [&](double milliseconds) {
        return std::clamp(static_cast<int>((std::log10(std::max(milliseconds, map.fromY)) - bottom) * rowsPerDecade), 0, map.rows - 1);
    };
    const double origin = session.secondsAt(series.origin());
    for (const auto &sample : series.samples(session.instantAt(map.fromX), session.instantAt(map.toX))) {
        if (!probe::hasLatency(sample.outcome()))
            continue;
        const double x = origin + std::chrono::duration<double>(sample.due()).count();
        const int column = std::clamp(static_cast<int>((x - map.fromX) / width), 0, map.columns - 1);
        map.cells[static_cast<std::size_t>(column * map.rows + rowOf(toMilliseconds(sample.response())))] += 1;
    }
    return map;
}

std::vector<Exceedance> exceedanceOf(const probe::Statistics &statistics)
{
    const auto histogram = statistics.histogram();
    std::vector<Exceedance> result;
    if (histogram.count() == 0)
        return result;
    const auto total = static_cast<double>(histogram.count());
    auto left = histogram.count();
    for (const auto &bucket : histogram.buckets()) {
        result.push_back({std::max(0.001, toMilliseconds(probe::Histogram::lowerBound(bucket.index))), static_cast<double>(left) / total});
        left -= bucket.count;
    }
    return result;
}

} // namespace openloop::gui
