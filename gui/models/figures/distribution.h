// SPDX-License-Identifier: GPL-3.0-or-later
// Latencies as distributions: a heatmap over time, and the share of requests slower than x.
#pragma once

#include "gui/models/session.h"

#include <vector>

namespace openloop::gui {

/// Counts of samples by time and by logarithmic latency; a timeout counts at the time at which it was given up.
struct Heatmap {
    double fromX = 0, toX = 1; ///< seconds since the epoch
    double fromY = 0.01, toY = 10; ///< ms
    int columns = 0, rows = 0;
    std::vector<float> cells; ///< column after column, lowest row first
};

/// The heatmap of a target in [from, to] with about `columns` columns on a fixed raster of time.
Heatmap heatmapOf(const Session &session, const probe::Series &series, double from, double to, int columns);

/// A bar of the histogram.
struct HistogramBar {
    double from = 0, to = 0; ///< ms
    double share = 0; ///< of all requests with a latency, 0..1
};

/// Shares by logarithmic latency, without gaps between the first and the last bar; no bars: nothing measured.
std::vector<HistogramBar> histogramOf(const probe::Statistics &statistics);

/// A point of the complementary distribution.
struct Exceedance {
    double milliseconds = 0;
    double share = 1; ///< of requests that took longer
};

/// Share of requests slower than x, at every bucket in use, ascending in x; from the shortest timeout on it stays.
std::vector<Exceedance> exceedanceOf(const probe::Statistics &statistics);

} // namespace openloop::gui
