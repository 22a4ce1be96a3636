// SPDX-License-Identifier: GPL-3.0-or-later
// What the pointer does to a plot: wheel, drag, select, click. The rest of plot_view.h.
#include "gui/views/plot/surface.h"

#include <QMouseEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace openloop::gui {

bool PlotView::handleMouse(QEvent *event)
{
    switch (event->type()) {
    case QEvent::Wheel: {
        auto *wheel = static_cast<QWheelEvent *>(event);
        const double steps = wheel->angleDelta().y() / 120.0;
        if (steps != 0)
            emit zoomed(std::pow(0.8, steps), xAt(wheel->position().x()));
        return true;
    }
    case QEvent::MouseButtonPress: {
        auto *mouse = static_cast<QMouseEvent *>(event);
        m_pressedAt = m_lastDrag = mouse->position();
        m_dragged = false;
        m_selecting = mouse->button() == Qt::RightButton || mouse->modifiers().testFlag(Qt::ShiftModifier);
        return true;
    }
    case QEvent::MouseMove: moveTo(static_cast<QMouseEvent *>(event)->position()); return true;
    case QEvent::MouseButtonRelease: releaseAt(static_cast<QMouseEvent *>(event)->position()); return true;
    case QEvent::MouseButtonDblClick: emit doubleClicked(); return true;
    case QEvent::Leave: setReadout({}); return false;
    default: return false;
    }
}

void PlotView::moveTo(QPointF position)
{
    const QRect area = m_plot->axisRect()->rect();
    m_overlay->at = position;
    m_overlay->area = area;
    if (m_pressedAt && ((position - *m_pressedAt).manhattanLength() > 4 || m_dragged)) {
        m_dragged = true;
        if (m_selecting) {
            m_overlay->band->setGeometry(QRect(QPoint(static_cast<int>(m_pressedAt->x()), area.top()),
                                               QPoint(static_cast<int>(position.x()), area.bottom()))
                                             .normalized());
            m_overlay->band->show();
        } else {
            emit panned(xAt(position.x()) - xAt(m_lastDrag.x()));
            m_lastDrag = position;
        }
    }
    if (area.contains(position.toPoint()))
        emit hovered(xAt(position.x()), yAt(position.y()));
    else
        setReadout({});
}

void PlotView::releaseAt(QPointF position)
{
    m_overlay->band->hide();
    if (m_pressedAt && m_dragged && m_selecting)
        emit rangeSelected(std::min(xAt(m_pressedAt->x()), xAt(position.x())),
                           std::max(xAt(m_pressedAt->x()), xAt(position.x())));
    else if (m_pressedAt && !m_dragged && m_plot->axisRect()->rect().contains(position.toPoint()))
        emit clicked(xAt(position.x()), yAt(position.y()));
    m_pressedAt.reset();
}

} // namespace openloop::gui
