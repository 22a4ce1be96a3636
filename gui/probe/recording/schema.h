// SPDX-License-Identifier: GPL-3.0-or-later
// The tables of a session file: one place, as writer and reader must agree.
#pragma once

#include "gui/probe/samples/clock.h"

#include <QSqlDatabase>
#include <QString>

namespace openloop::probe {

/// An SQLite connection under a name of its own; opened, used and destroyed in one thread.
class SessionFile
{
public:
    enum class Mode { Read, Write };

    /// Write: makes the file, for its owner alone, where there is none; one that is no recording stays as it is.
    SessionFile(const QString &path, Mode mode);
    ~SessionFile();
    SessionFile(const SessionFile &) = delete;
    SessionFile &operator=(const SessionFile &) = delete;

    QSqlDatabase database() const { return QSqlDatabase::database(m_connection, false); }
    QString error() const { return m_error; } ///< names the file; empty: open and with our tables

private:
    QString open(const QString &path, Mode mode);
    QString createTables(QSqlDatabase &database);

    QString m_connection;
    QString m_error;
};

/// Nanoseconds as QVariant takes them.
inline qint64 ticks(Nanoseconds duration)
{
    return duration.count();
}

/// The control probe's samples are kept under this name; no target can have it, as it holds a '='.
inline const QString controlName = QStringLiteral("=control");

} // namespace openloop::probe
