// SPDX-License-Identifier: GPL-3.0-or-later
// Rows, columns and words of the list.
#include "gui/models/event_log.h"

#include "gui/models/words.h"

#include <QDateTime>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

QString wordFor(Event::Kind kind)
{
    switch (kind) {
    case Event::Kind::Alert: return EventLog::tr("alert");
    case Event::Kind::Recovery: return EventLog::tr("recovered");
    case Event::Kind::Load: return EventLog::tr("load");
    case Event::Kind::Trust: return EventLog::tr("trust");
    case Event::Kind::Experiment: return EventLog::tr("experiment");
    case Event::Kind::Note: break;
    }
    return EventLog::tr("note");
}

} // namespace

void EventLog::add(const Event &event)
{
    beginInsertRows({}, 0, 0);
    m_events.prepend(event);
    endInsertRows();
    if (m_events.size() > capacity) {
        beginRemoveRows({}, capacity, static_cast<int>(m_events.size()) - 1);
        m_events.resize(capacity);
        endRemoveRows();
    }
}

void EventLog::clear()
{
    beginResetModel();
    m_events.clear();
    endResetModel();
}

QVariant EventLog::data(const QModelIndex &index, int role) const
{
    const Event &event = m_events[index.row()];
    if (role == SecondsRole)
        return event.at;
    if (role == KindRole)
        return QVariant::fromValue(static_cast<int>(event.kind));
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    const QString time = QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(event.at * 1000)).toString(u"HH:mm:ss"_s);
    // A rule names its target itself, and so do the recordings of those before.
    const QString details =
        event.target.isEmpty() ? event.text : u"/%1: %2"_s.arg(event.target, withoutTarget(event.text, event.target));
    // All of it: a narrow list cuts the details short and leaves out the word.
    if (role == Qt::ToolTipRole)
        return u"%1  %2\n%3"_s.arg(time, wordFor(event.kind), details);
    switch (index.column()) {
    case Time: return time;
    case What: return wordFor(event.kind);
    case Target: return event.target;
    default: return details;
    }
}

QString EventLog::titleOf(int column) const
{
    switch (column) {
    case Time: return tr("Time");
    case What: // its shapes and words say what they are, and have no room to spare
        return QString();
    case Target: return tr("Target");
    default: return tr("Details");
    }
}

} // namespace openloop::gui
