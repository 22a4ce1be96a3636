// SPDX-License-Identifier: GPL-3.0-or-later
// What happened, newest first: the model behind the list of events.
#pragma once

#include "gui/probe/measurement/event.h"

#include <QAbstractTableModel>
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
class EventLog : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { Time, What, Target, Text, ColumnCount };
    enum Role { SecondsRole = Qt::UserRole, KindRole };
    static constexpr int capacity = 2000;

    using QAbstractTableModel::QAbstractTableModel;

    void add(const Event &event);
    void clear();
    const QList<Event> &events() const { return m_events; }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QList<Event> m_events; ///< newest first
};

} // namespace openloop::gui
