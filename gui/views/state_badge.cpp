// SPDX-License-Identifier: GPL-3.0-or-later
// Paints the shape and the text beside it.
#include "gui/views/state_badge.h"

#include <QPainter>

namespace openloop::gui {

StateBadge::StateBadge(QWidget *parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void StateBadge::setState(State state, const QString &text)
{
    if (state == m_state && text == m_text)
        return;
    m_state = state;
    m_text = text;
    setAccessibleName(text);
    updateGeometry();
    update();
}

void StateBadge::setShapeSize(int size)
{
    m_shape = size;
    updateGeometry();
}

QSize StateBadge::sizeHint() const
{
    return {m_shape + 8 + fontMetrics().horizontalAdvance(m_text) + 2,
            std::max(m_shape + 4, fontMetrics().height() + 2)};
}

void StateBadge::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    paintState(painter, colours(), m_state, QPointF(m_shape / 2.0 + 1, height() / 2.0), m_shape);
    painter.setPen(colours().colourOf(m_state));
    painter.drawText(rect().adjusted(m_shape + 8, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, m_text);
}

} // namespace openloop::gui
