// SPDX-License-Identifier: GPL-3.0-or-later
// Quantiles per column of the chart, kept between frames: only columns that can still change are computed again.
#pragma once

#include "gui/models/session.h"

#include <map>

namespace openloop::gui {

/// Columns of one target on a fixed raster of time, so that they do not shimmer while the chart moves.
class ColumnCache
{
public:
    /// Answers may arrive this late and change a column.
    static constexpr double changeable = 12;

    struct Column {
        double p50 = 0, p99 = 0; ///< ms
        qint64 n = 0;
        qint64 errors = 0;
        bool measured = false; ///< has a latency
        bool gap = false;
    };

    /// Columns that touch [from, to], each `width` seconds wide, by their index since the epoch.
    const std::map<qint64, Column> &columns(const Session &session, const probe::Series &series, double from, double to,
                                            double width);
    double width() const { return m_width; }
    void clear() { m_columns.clear(); }

    /// A round width in seconds for about `count` columns in a span.
    static double widthFor(double span, int count);

private:
    std::map<qint64, Column> m_columns;
    double m_width = 0;
    double m_computedAt = 0;
};

} // namespace openloop::gui
