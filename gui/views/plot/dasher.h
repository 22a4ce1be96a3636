// SPDX-License-Identifier: GPL-3.0-or-later
// Dashed polylines as plain lines: Qt's stroker spends five times as much on them.
#pragma once

#include <QLineF>
#include <QList>
#include <Qt>

namespace openloop::gui {

/// Dashes and spaces in widths of the line; empty: solid. For square caps, which add a width to each dash.
QList<double> dashesOf(Qt::PenStyle style);

/// Cuts a polyline into the lines that its dashes cover, and appends them to `lines`. Pixels.
class Dasher
{
public:
    Dasher(const QList<double> &pattern, double width, QList<QLineF> &lines)
        : m_pattern(pattern), m_width(width), m_lines(lines)
    {
    }

    void lineTo(QPointF to);

private:
    void dash(const QLineF &line);

    const QList<double> &m_pattern;
    double m_width;
    QList<QLineF> &m_lines;
    QPointF m_at;
    qsizetype m_index = 0;
    double m_done = 0; ///< of the dash or space at m_index
    bool m_started = false;
};

} // namespace openloop::gui
