// SPDX-License-Identifier: GPL-3.0-or-later
// Where a database is, as --database says it.
#pragma once

#include "server/store/sql_dialect.h"

#include <QMap>
#include <QString>

class QSqlDatabase;

namespace openloop {

/// A database URL, taken apart.
struct SqlLocation {
    SqlDialect dialect = SqlDialect::Sqlite;
    QString file; ///< SQLite: path or `:memory:`
    QMap<QString, QString> parameters; ///< PostgreSQL: what the URL says, by libpq's keywords

    bool inMemory() const { return dialect == SqlDialect::Sqlite && file == QLatin1String(":memory:"); }

    /// `sqlite:PATH`, `sqlite::memory:`, or what libpq takes for a URI (PostgreSQL documentation, 34.1.1.2); empty: a
    /// SQLite file in the user's data folder. Throws StartFailure, which says what is wrong and never has a password.
    /// On the main thread.
    static SqlLocation parse(const QString &databaseUrl);

    /// PostgreSQL: what libpq is told, by its keywords: the URL's, and what we need where it says nothing. mark: see
    /// socketMark; 0: none.
    QMap<QString, QString> forLibpq(int mark) const;

    /// To be opened by that connection. mark: likewise, instead of the URL's own tcp_user_timeout.
    void applyTo(QSqlDatabase &database, int mark = 0) const;

    /// The database as a log may name it: hosts and name, never a password.
    QString display() const;
};

} // namespace openloop
