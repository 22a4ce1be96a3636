// SPDX-License-Identifier: GPL-3.0-or-later
// The list of what happened; a line leads to its place in the chart.
#pragma once

#include "gui/models/event_log.h"
#include "gui/theme/themed.h"

#include <QTreeView>

namespace openloop::gui {

/// Events, newest first. GUI thread.
class EventsPanel : public QTreeView, public Themed
{
    Q_OBJECT
public:
    explicit EventsPanel(EventLog &log, QWidget *parent = nullptr);

signals:
    /// An event was clicked or Enter was pressed on it.
    void jumpWanted(double seconds);

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    EventLog &m_log;
};

} // namespace openloop::gui
