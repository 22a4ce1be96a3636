// SPDX-License-Identifier: GPL-3.0-or-later
// The servers of each queue as rows, each followed by the jobs that it works on.
#pragma once

#include "gui/models/state.h"
#include "gui/models/table.h"
#include "gui/models/watches/fleet_watch.h"

namespace openloop::gui {

/// One line for each queue, below it its servers, below each of them its jobs. A queue and a job have their words in
/// the first column alone, which is as wide as all. GUI thread.
class FleetTable : public Table
{
    Q_OBJECT
public:
    enum Column { Server, StateColumn, Busy, Queue, Lag, Beat, ColumnCount };
    enum class Kind { Fleet, Node, Job };
    enum Role { KindRole = Qt::UserRole, StateRole, ProgressRole, PartsRole, KeyRole };

    using Table::Table;

    /// Rows that stay are changed in place. Servers stand in the order of their names, the living first.
    void set(const QList<SeenFleet> &told);

    /// Of a job: the text of the first column is the whole id, so that it can be copied; the parts (PartsRole) are what
    /// there is room for: id, digits, phase, share, time left.
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row {
        Kind kind = Kind::Fleet;
        qsizetype fleet = 0, node = 0, job = 0;
        QString key; ///< what it is of, in this queue
    };

    qsizetype rows() const override { return m_rows.size(); }
    int columns() const override { return ColumnCount; }
    QString titleOf(int column) const override;
    QVariant ofFleet(const SeenFleet &fleet, int column, int role) const;
    QVariant ofNode(const SeenNode &seen, int column, int role) const;
    QVariant ofJob(const SeenNode &seen, const NodeJob &job, int column, int role) const;

    QList<SeenFleet> m_fleets;
    QList<Row> m_rows;
};

} // namespace openloop::gui
