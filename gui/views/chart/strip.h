// SPDX-License-Identifier: GPL-3.0-or-later
// What stands below the chart, in line with its plot.
#pragma once

#include "gui/models/figures/time_window.h"
#include "gui/models/session.h"
#include "gui/theme/themed.h"

#include <QWidget>

namespace openloop::gui {

/// A widget as wide as the chart, whose content begins and ends where that of the plot does. GUI thread.
class Strip : public QWidget, public Themed
{
    Q_OBJECT
public:
    /// Pixels that the chart leaves free at its right.
    void setRightSpace(int pixels) { m_rightSpace = pixels; }

protected:
    Strip(const Session &session, TimeWindow &window, QWidget *parent);

    const Session &session() const { return m_session; }
    TimeWindow &timeWindow() { return m_window; }
    const TimeWindow &timeWindow() const { return m_window; }
    /// Where the plot is, without so many pixels above and below.
    QRectF content(int margin) const;

private:
    const Session &m_session;
    TimeWindow &m_window;
    int m_rightSpace;
};

} // namespace openloop::gui
