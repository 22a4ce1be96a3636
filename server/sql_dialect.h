// SPDX-License-Identifier: GPL-3.0-or-later
// What differs between SQLite and PostgreSQL, in one place.
#pragma once

#include <QString>

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
};

} // namespace openloop
