// SPDX-License-Identifier: GPL-3.0-or-later
// Cuts a path into dashes by its length in pixels.
#include "gui/views/plot/dasher.h"

#include <algorithm>
#include <utility>

namespace openloop::gui {

namespace {

constexpr double farthest = 20'000; // pixels: a longer line leads far beyond the axes, where nobody sees its dashes

} // namespace

QList<double> dashesOf(Qt::PenStyle style)
{
    switch (style) {
    case Qt::DotLine: return {0.4, 2.4};
    case Qt::DashLine: return {4, 3};
    case Qt::DashDotLine: return {4, 2.6, 0.4, 2.6};
    case Qt::DashDotDotLine: return {4, 2.6, 0.4, 2.6, 0.4, 2.6};
    default: return {};
    }
}

void Dasher::lineTo(QPointF to)
{
    if (std::exchange(m_started, true)) {
        const QLineF line(m_at, to);
        if (m_pattern.isEmpty() || line.length() > farthest)
            m_lines.append(line);
        else
            dash(line);
    }
    m_at = to;
}

void Dasher::dash(const QLineF &line)
{
    const double length = line.length();
    for (double from = 0; from < length;) {
        const double until = std::min(length, from + m_pattern[m_index] * m_width - m_done);
        if (m_index % 2 == 0)
            m_lines.append({line.pointAt(from / length), line.pointAt(until / length)});
        m_done += until - from;
        from = until;
        if (m_done >= m_pattern[m_index] * m_width - 1e-6) {
            m_done = 0;
            m_index = (m_index + 1) % m_pattern.size();
        }
    }
}

} // namespace openloop::gui
