// SPDX-License-Identifier: GPL-3.0-or-later
// What happened, newest first: the model behind the list of events.
#pragma once

#include "gui/models/table.h"
#include "gui/probe/measurement/event.h"

#include <QList>
#include <QString>

namespace openloop::gui {

/// Something worth a line.
struct Event {
    using Kind = probe::EventKind;
    double at = 0; ///< seconds since the epoch
    Kind kind = Kind::Note;
    QString target;
    QString text;
};

/// The last events, newest first, at most `capacity`.
class EventLog : public Table
{
    Q_OBJECT
public:
    enum Column { Time, What, Target, Text, ColumnCount };
    enum Role { SecondsRole = Qt::UserRole, KindRole };
    static constexpr int capacity = 2000;

    using Table::Table;

    void add(const Event &event);
    void clear();
    const QList<Event> &events() const { return m_events; }

    QVariant data(const QModelIndex &index, int role) const override;

private:
    qsizetype rows() const override { return m_events.size(); }
    int columns() const override { return ColumnCount; }
    QString titleOf(int column) const override;
    QList<Event> m_events; ///< newest first
};

} // namespace openloop::gui
