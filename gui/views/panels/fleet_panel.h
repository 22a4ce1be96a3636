// SPDX-License-Identifier: GPL-3.0-or-later
// Servers that share a queue, how they do, and which of them works on which job.
#pragma once

#include "gui/models/watches/fleet_table.h"
#include "gui/theme/themed.h"

#include <QTreeView>

namespace openloop::gui {

/// The servers of each queue with their jobs, or why there are none. Asks only while it is seen. GUI thread.
class FleetPanel : public QTreeView, public Themed
{
    Q_OBJECT
public:
    explicit FleetPanel(QWidget *parent = nullptr);

    FleetWatch &watch() { return m_watch; }

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    void take();
    void spanRows();
    void fitColumns();

    FleetWatch m_watch;
    FleetTable m_table;
};

} // namespace openloop::gui
