// SPDX-License-Identifier: GPL-3.0-or-later
// What differs between SQLite and PostgreSQL, in one place.
#pragma once

#include <QSqlDriver>
#include <QSqlError>
#include <QString>

#include <chrono>
#include <functional>

namespace openloop {

enum class SqlDialect { Sqlite, Postgres };

/// A database URL, taken apart.
struct SqlLocation {
    SqlDialect dialect = SqlDialect::Sqlite;
    QString name; ///< SQLite: path or `:memory:`; PostgreSQL: the database
    QString host;
    int port = 5432;
    QString user;
    QString password;

    bool inMemory() const { return dialect == SqlDialect::Sqlite && name == QLatin1String(":memory:"); }

    /// Throws StartFailure for a URL of another form. Empty: a SQLite file in the user's data folder.
    static SqlLocation parse(const QString &databaseUrl);

    /// The database as a log may name it: never with the password.
    QString display() const;
};

/// What an error of the database means for the work that met it.
enum class SqlTrouble {
    Lost, ///< the connection is gone: open a new one, and ask again
    Busy, ///< somebody else holds a lock, and nothing was done: ask again
    TimedOut, ///< the statement was ended from outside or took too long
    Unusable, ///< the database can't do it now: disk full, read-only, corrupt, too many connections
    Bug, ///< the statement is wrong
};

/// Source: SQLSTATE classes (PostgreSQL documentation, appendix A), SQLite result codes.
SqlTrouble classify(SqlDialect dialect, const QSqlError &error);

QString driverName(SqlDialect dialect);

/// For QSqlDatabase::setConnectOptions.
/// statementTimeout: from which PostgreSQL ends a statement by itself, or half of which SQLite waits for a lock.
QString connectOptions(SqlDialect dialect, std::chrono::milliseconds statementTimeout);

/// A function that makes the driver's running statement return at once, to be called from another thread while the
/// connection is open: SQLite is interrupted, PostgreSQL's socket is shut down (nothing else frees a frozen backend).
/// Empty where the client library can't be found.
std::function<void()> releaserOf(SqlDialect dialect, const QSqlDriver &driver);

} // namespace openloop
