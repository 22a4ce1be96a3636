// SPDX-License-Identifier: GPL-3.0-or-later
// Computes only the columns that are new or may have changed.
#include "gui/models/figures/column_cache.h"
#include "gui/probe/samples/durations.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace openloop::gui {

namespace {

double milliseconds(const std::optional<probe::Quantile> &quantile)
{
    return quantile ? probe::toMilliseconds(quantile->value) : 0;
}

} // namespace

const std::map<qint64, ColumnCache::Column> &ColumnCache::columns(const Session &session, const probe::Series &series,
                                                                  double from, double to, double width)
{
    const auto indexOf = [width](double x) { return static_cast<qint64>(std::floor(x / width)); };
    if (width != m_width)
        m_columns.clear();
    m_width = width;
    const qint64 first = indexOf(from);
    const qint64 last = indexOf(std::min(to, session.now()));
    m_columns.erase(m_columns.begin(), m_columns.lower_bound(first));
    m_columns.erase(m_columns.upper_bound(last), m_columns.end());
    m_columns.erase(m_columns.lower_bound(indexOf(m_computedAt - changeable)), m_columns.end());
    // Moving back in time asks for columns before the kept ones; then everything is computed: that is rare.
    if (!m_columns.empty() && m_columns.begin()->first > first)
        m_columns.clear();
    const qint64 begin = m_columns.empty() ? first : m_columns.rbegin()->first + 1;
    m_computedAt = session.now();
    const auto count = static_cast<int>(std::min<qint64>(last - begin + 1, 10'000));
    if (count <= 0)
        return m_columns;
    const auto start = session.instantAt(static_cast<double>(begin) * width);
    const auto end = session.instantAt(static_cast<double>(begin + count) * width);
    qint64 index = begin;
    for (const auto &column : series.columns(start, end, count)) {
        const auto &q = column.quantiles;
        m_columns[index++] = {
            milliseconds(q.p50),   milliseconds(q.hasP99() ? q.p99 : q.max), q.n, q.errors, q.p50.has_value(),
            column.gap.has_value()};
    }
    return m_columns;
}

double ColumnCache::widthFor(double span, int count)
{
    static constexpr std::array widths{0.01, 0.02, 0.05, 0.1,  0.25,  0.5,   1.0,   2.0,    5.0,
                                       10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0};
    const double wanted = span / count;
    const auto found = std::ranges::lower_bound(widths, wanted);
    return found == widths.end() ? widths.back() : *found;
}

} // namespace openloop::gui
