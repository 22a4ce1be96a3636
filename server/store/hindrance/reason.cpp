// SPDX-License-Identifier: GPL-3.0-or-later
// Codes first; then the words that libpq, PostgreSQL and pgbouncer use when a connection can't be had.
#include "server/store/hindrance/reason.h"

#include <QStringList>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

SqlReason reasonOfSqlite(int code, const QString &text)
{
    constexpr int primaryCode = 0xff;
    if (code == 778 || code == 4874) // SQLITE_IOERR_WRITE, SQLITE_IOERR_SHMSIZE
        return SqlReason::Full;
    switch (code & primaryCode) {
    case 1: return text.contains(u"no such table"_s) ? SqlReason::NoTables : SqlReason::Other;
    case 8: return SqlReason::ReadOnly;
    case 11:
    case 26: return SqlReason::Corrupt;
    case 13: return SqlReason::Full;
    default: return SqlReason::Other;
    }
}

struct Meaning {
    QStringList words; // one of them
    SqlReason reason = SqlReason::Other;
};

template <typename IsSaid>
std::optional<SqlReason> reasonIn(std::span<const Meaning> meanings, const IsSaid &isSaid)
{
    for (const Meaning &meaning : meanings) {
        if (std::ranges::any_of(meaning.words, isSaid))
            return meaning.reason;
    }
    return {};
}

SqlReason reasonOfState(const QString &state)
{
    static const std::array meanings{
        Meaning{{u"28"_s}, SqlReason::LoginRefused},
        Meaning{{u"3D000"_s}, SqlReason::NoSuchDatabase},
        Meaning{{u"53300"_s}, SqlReason::NoConnectionLeft},
        Meaning{{u"25006"_s}, SqlReason::ReadOnly},
        Meaning{{u"42501"_s}, SqlReason::NoRights},
        Meaning{{u"42P01"_s, u"42883"_s, u"3F000"_s}, SqlReason::NoTables},
        Meaning{{u"53100"_s}, SqlReason::Full},
        Meaning{{u"XX001"_s, u"XX002"_s}, SqlReason::Corrupt},
        Meaning{{u"08"_s, u"57P"_s}, SqlReason::Away},
    };
    return reasonIn(meanings, [&state](const QString &word) { return state.startsWith(word); })
        .value_or(SqlReason::Other);
}

// A server says it in its own language; what is not understood is "away".
SqlReason reasonOfConnecting(const QString &text)
{
    static const std::array meanings{
        Meaning{{u"password authentication failed"_s, u"pg_hba.conf"_s, u"no password supplied"_s,
                 u"authentication failed"_s, u"not permitted to log in"_s, u"role \""_s, u"no such user"_s},
                SqlReason::LoginRefused},
        Meaning{{u"database \""_s, u"no such database"_s}, SqlReason::NoSuchDatabase},
        Meaning{{u"could not translate host name"_s}, SqlReason::NameUnknown},
        Meaning{{u"remaining connection slots"_s, u"too many"_s, u"no more connections"_s, u"query_wait_timeout"_s},
                SqlReason::NoConnectionLeft},
        Meaning{{u"certificate"_s, u"SSL"_s}, SqlReason::TlsFailed},
        Meaning{{u"read-only"_s, u"session is not read-write"_s}, SqlReason::ReadOnly},
    };
    return reasonIn(meanings, [&text](const QString &word) { return text.contains(word); }).value_or(SqlReason::Away);
}

} // namespace

SqlReason reasonOf(SqlDialect dialect, const QSqlError &error)
{
    const QString code = error.nativeErrorCode();
    if (dialect == SqlDialect::Sqlite)
        return reasonOfSqlite(code.toInt(), error.text());
    return code.isEmpty() ? reasonOfConnecting(error.text()) : reasonOfState(code);
}

QString phraseOf(SqlReason reason)
{
    switch (reason) {
    case SqlReason::None: return u"ok"_s;
    case SqlReason::Away: return u"the database is away"_s;
    case SqlReason::LoginRefused: return u"the database refuses the login"_s;
    case SqlReason::NoSuchDatabase: return u"the database does not exist"_s;
    case SqlReason::NameUnknown: return u"the database's host name is not known"_s;
    case SqlReason::TlsFailed: return u"TLS with the database fails"_s;
    case SqlReason::NoConnectionLeft: return u"the database has no connection left"_s;
    case SqlReason::ReadOnly: return u"the database is read-only"_s;
    case SqlReason::NoRights: return u"the database's tables may not be used: rights were revoked"_s;
    case SqlReason::NoTables: return u"the database's tables are missing"_s;
    case SqlReason::Full: return u"the database's disk takes no more: it is full, or a quota or a limit is reached"_s;
    case SqlReason::Corrupt: return u"the database is corrupt"_s;
    case SqlReason::FileGone:
        return u"the database's file was deleted or moved: put it back, or restart to begin anew"_s;
    case SqlReason::FileReplaced: return u"the database's file was replaced: restart to use the new one"_s;
    case SqlReason::LogGone: return u"the log beside the database's file was deleted: it is made again"_s;
    case SqlReason::Other: break;
    }
    return u"the database cannot do this now"_s;
}

} // namespace openloop
