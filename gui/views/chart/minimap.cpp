// SPDX-License-Identifier: GPL-3.0-or-later
// Paints one bar for each stretch of the session, and moves the visible range by mouse.
#include "gui/views/chart/minimap.h"

#include <QMouseEvent>
#include <QPainter>

#include <cmath>

namespace openloop::gui {

Minimap::Minimap(const Session &session, TimeWindow &window, QWidget *parent) : Strip(session, window, parent)
{
    setAccessibleName(tr("Overview of the whole session"));
    setToolTip(tr("The whole session: drag to select a range, click to go there"));
    setCursor(Qt::PointingHandCursor);
    connect(&session, &Session::targetsChanged, this, [this] { m_cache.clear(); });
}

QRectF Minimap::area() const
{
    return content(5);
}

double Minimap::span() const
{
    return std::max(60.0, session().now() - session().beginning());
}

double Minimap::secondsAt(double pixel) const
{
    return session().beginning() + (pixel - area().left()) / area().width() * span();
}

double Minimap::pixelAt(double seconds) const
{
    return area().left() + (seconds - session().beginning()) / span() * area().width();
}

void Minimap::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const QRectF where = area();
    painter.setPen(QPen(colours().border, 1));
    painter.setBrush(colours().raised);
    painter.drawRoundedRect(where.adjusted(-0.5, -0.5, 0.5, 0.5), 3, 3);
    if (!session().targets().isEmpty()) {
        const auto *history = session().series(session().targets().first().name);
        const double width = ColumnCache::widthFor(span(), static_cast<int>(where.width() / 3));
        const auto &columns = m_cache.columns(session(), *history, session().beginning(), session().now(), width);
        double low = 1e9;
        double high = 1e-3;
        for (const auto &[index, column] : columns) {
            if (column.measured && column.p99 > 0) {
                low = std::min(low, column.p99);
                high = std::max(high, column.p99);
            }
        }
        const double bottom = std::log(low) - 0.3;
        const double top = std::max(std::log(high), bottom + 2);
        const double bar = std::max(1.0, where.width() * width / span());
        painter.setClipRect(where);
        for (const auto &[index, column] : columns) {
            const double x = pixelAt(static_cast<double>(index) * width);
            if (column.measured && column.p99 > 0) {
                const double share = (std::log(column.p99) - bottom) / (top - bottom);
                painter.fillRect(QRectF(x, where.bottom() - share * where.height(), bar, share * where.height()),
                                 withAlpha(colours().series.front(), 0.55));
            }
            if (column.errors > 0)
                painter.fillRect(QRectF(x, where.top(), bar, 3), colours().error);
        }
    }
    const QRectF frame(
        pixelAt(std::max(timeWindow().from(), session().beginning())), where.top(),
        std::max(4.0, pixelAt(timeWindow().to()) - pixelAt(std::max(timeWindow().from(), session().beginning()))),
        where.height());
    painter.setClipping(false);
    painter.setPen(QPen(colours().accent, 1.5));
    painter.setBrush(withAlpha(colours().accent, 0.12));
    painter.drawRect(frame.adjusted(0.5, 0.5, -0.5, -0.5));
}

void Minimap::centreOn(double seconds)
{
    const double half = timeWindow().span() / 2;
    if (seconds + half >= session().now())
        timeWindow().goLive();
    else
        timeWindow().showRange(seconds - half, seconds + half);
}

void Minimap::mousePressEvent(QMouseEvent *event)
{
    m_pressed = event->position().x();
}

void Minimap::mouseMoveEvent(QMouseEvent *event)
{
    if (!m_pressed)
        return;
    const double from = secondsAt(std::min(*m_pressed, event->position().x()));
    const double to = secondsAt(std::max(*m_pressed, event->position().x()));
    if (std::abs(event->position().x() - *m_pressed) > 4)
        timeWindow().showRange(from, to);
}

void Minimap::mouseReleaseEvent(QMouseEvent *event)
{
    if (m_pressed && std::abs(event->position().x() - *m_pressed) <= 4)
        centreOn(secondsAt(event->position().x()));
    m_pressed.reset();
}

} // namespace openloop::gui
