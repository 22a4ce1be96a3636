// SPDX-License-Identifier: GPL-3.0-or-later
// Why a database can't be used, as a class that anybody may be told: no names, no addresses, no secrets.
#pragma once

#include "server/store/sql_dialect.h"

namespace openloop {

enum class SqlReason {
    None,
    Away, ///< nothing answers, or it starts or stops
    LoginRefused,
    NoSuchDatabase,
    NameUnknown,
    TlsFailed,
    NoConnectionLeft,
    ReadOnly,
    NoRights,
    NoTables,
    Full,
    Corrupt,
    FileGone, ///< the path of the SQLite file leads nowhere
    FileReplaced, ///< or to another one
    LogGone, ///< the SQLite file's -wal or -shm was deleted or replaced
    Other,
};

/// Of an error. libpq has no code for what happens while it connects: then its text tells.
SqlReason reasonOf(SqlDialect dialect, const QSqlError &error);

/// One phrase, with what to do where an operator has to do something; "ok" for None.
QString phraseOf(SqlReason reason);

} // namespace openloop
