// SPDX-License-Identifier: GPL-3.0-or-later
// Takes the margins of the plot for its own.
#include "gui/views/chart/strip.h"

#include "gui/views/plot/view.h"

namespace openloop::gui {

Strip::Strip(const Session &session, TimeWindow &window, QWidget *parent)
    : QWidget(parent), m_session(session), m_window(window), m_rightSpace(PlotView::rightMargin)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QRectF Strip::content(int margin) const
{
    return QRectF(rect()).adjusted(PlotView::leftMargin, margin, -m_rightSpace, -margin);
}

} // namespace openloop::gui
