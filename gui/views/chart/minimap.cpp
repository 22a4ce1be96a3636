// SPDX-License-Identifier: GPL-3.0-or-later
// See minimap.h.
#include "gui/views/chart/minimap.h"

#include <QMouseEvent>
#include <QPainter>

#include <cmath>

namespace openloop::gui {

Minimap::Minimap(const Session &session, TimeWindow &window, QWidget *parent)
    : QWidget(parent), m_session(session), m_window(window)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Overview of the whole session"));
    setToolTip(tr("The whole session: drag to select a range, click to go there"));
    setCursor(Qt::PointingHandCursor);
}

void Minimap::setRightSpace(int pixels)
{
    m_rightSpace = pixels;
}

void Minimap::setPalette(const Palette &palette)
{
    m_palette = &paletteFor(palette.dark);
    update();
}

QRectF Minimap::area() const
{
    return QRectF(rect()).adjusted(PlotView::leftMargin, 5, -m_rightSpace, -5);
}

double Minimap::span() const
{
    return std::max(60.0, m_session.now() - m_session.beginning());
}

double Minimap::secondsAt(double pixel) const
{
    return m_session.beginning() + (pixel - area().left()) / area().width() * span();
}

double Minimap::pixelAt(double seconds) const
{
    return area().left() + (seconds - m_session.beginning()) / span() * area().width();
}

void Minimap::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const QRectF where = area();
    painter.setPen(QPen(m_palette->border, 1));
    painter.setBrush(m_palette->raised);
    painter.drawRoundedRect(where.adjusted(-0.5, -0.5, 0.5, 0.5), 3, 3);
    if (!m_session.targets().isEmpty()) {
        const QString name = m_session.targets().first().name;
        if (name != m_cached)
            m_cache.clear();
        m_cached = name;
        const auto *history = m_session.series(name);
        const double width = ColumnCache::widthFor(span(), static_cast<int>(where.width() / 3));
        const auto &columns = m_cache.columns(m_session, *history, m_session.beginning(), m_session.now(), width);
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
                                 withAlpha(m_palette->series.front(), 0.55));
            }
            if (column.errors > 0)
                painter.fillRect(QRectF(x, where.top(), bar, 3), m_palette->error);
        }
    }
    const QRectF frame(
        pixelAt(std::max(m_window.from(), m_session.beginning())), where.top(),
        std::max(4.0, pixelAt(m_window.to()) - pixelAt(std::max(m_window.from(), m_session.beginning()))),
        where.height());
    painter.setClipping(false);
    painter.setPen(QPen(m_palette->accent, 1.5));
    painter.setBrush(withAlpha(m_palette->accent, 0.12));
    painter.drawRect(frame.adjusted(0.5, 0.5, -0.5, -0.5));
}

void Minimap::centreOn(double seconds)
{
    const double half = m_window.span() / 2;
    if (seconds + half >= m_session.now())
        m_window.goLive();
    else
        m_window.showRange(seconds - half, seconds + half);
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
        m_window.showRange(from, to);
}

void Minimap::mouseReleaseEvent(QMouseEvent *event)
{
    if (m_pressed && std::abs(event->position().x() - *m_pressed) <= 4)
        centreOn(secondsAt(event->position().x()));
    m_pressed.reset();
}

} // namespace openloop::gui
