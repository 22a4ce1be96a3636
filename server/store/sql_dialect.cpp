// SPDX-License-Identifier: GPL-3.0-or-later
// Codes of errors, URLs, options of drivers, and how each library is told to let go of a statement.
#include "server/store/sql_dialect.h"

#include "common/paths.h"
#include "common/start_failure.h"

#include <QUrl>
#include <QVariant>

#include <dlfcn.h>
#include <sys/socket.h>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

const QString sqlitePrefix = u"sqlite:"_s;

SqlTrouble classifySqlite(int code)
{
    constexpr int primaryCode = 0xff; // the higher bits only tell more about it
    switch (code & primaryCode) {
    case 5: // SQLITE_BUSY
    case 6: // SQLITE_LOCKED
        return SqlTrouble::Busy;
    case 9: // SQLITE_INTERRUPT
        return SqlTrouble::TimedOut;
    case 8: // SQLITE_READONLY
    case 10: // SQLITE_IOERR
    case 11: // SQLITE_CORRUPT
    case 13: // SQLITE_FULL
    case 14: // SQLITE_CANTOPEN
    case 26: // SQLITE_NOTADB
        return SqlTrouble::Unusable;
    default: return SqlTrouble::Bug;
    }
}

SqlTrouble classifyPostgres(const QString &state)
{
    if (state.isEmpty() || state.startsWith(u"08"_s) || state.startsWith(u"57P"_s))
        return SqlTrouble::Lost;
    if (state == u"55P03"_s || state == u"40001"_s || state == u"40P01"_s)
        return SqlTrouble::Busy;
    if (state == u"57014"_s)
        return SqlTrouble::TimedOut;
    if (state.startsWith(u"53"_s) || state.startsWith(u"58"_s) || state.startsWith(u"XX"_s) || state == u"25006"_s)
        return SqlTrouble::Unusable;
    return SqlTrouble::Bug;
}

/// A function of a client library that the Qt plugin has loaded. Never loads one itself: a plugin may carry its own
/// copy, and a handle of one copy must not reach the other.
template <typename Function>
Function loadedFunction(const char *library, const char *name)
{
    void *const handle = ::dlopen(library, RTLD_LAZY | RTLD_NOLOAD);
    return handle ? reinterpret_cast<Function>(::dlsym(handle, name)) : nullptr;
}

void *pointerIn(const QVariant &handle)
{
    return handle.isValid() ? *static_cast<void *const *>(handle.constData()) : nullptr;
}

std::function<void()> sqliteReleaser(void *database)
{
    const auto interrupt = loadedFunction<void (*)(void *)>("libsqlite3.so.0", "sqlite3_interrupt");
    if (!interrupt || !database)
        return {};
    return [=] { interrupt(database); };
}

std::function<void()> postgresReleaser(void *connection)
{
    const auto socketOf = loadedFunction<int (*)(void *)>("libpq.so.5", "PQsocket");
    const int socket = socketOf && connection ? socketOf(connection) : -1;
    if (socket < 0)
        return {};
    return [=] { ::shutdown(socket, SHUT_RDWR); };
}

SqlLocation sqliteFile(const QString &path)
{
    SqlLocation location;
    location.name = path;
    return location;
}

SqlLocation parsePostgres(const QUrl &url)
{
    SqlLocation location;
    location.dialect = SqlDialect::Postgres;
    location.name = url.path(QUrl::FullyDecoded).mid(1);
    location.host = url.host(QUrl::FullyDecoded);
    location.port = url.port(location.port);
    location.user = url.userName(QUrl::FullyDecoded);
    location.password = url.password(QUrl::FullyDecoded);
    return location;
}

} // namespace

SqlLocation SqlLocation::parse(const QString &databaseUrl)
{
    if (databaseUrl.isEmpty() || databaseUrl == sqlitePrefix)
        return sqliteFile(paths::dataFile(u"openloop.sqlite"_s));
    if (databaseUrl.startsWith(sqlitePrefix))
        return sqliteFile(databaseUrl.mid(sqlitePrefix.size()));

    const QUrl url(databaseUrl, QUrl::StrictMode);
    const bool postgres = url.scheme() == "postgresql"_L1 || url.scheme() == "postgres"_L1;
    if (!postgres || url.host().isEmpty() || url.path().size() < 2 || url.hasQuery() || url.hasFragment())
        throw StartFailure(u"the database is not sqlite:PATH, sqlite::memory: or postgresql://user@host:port/name"_s);
    return parsePostgres(url);
}

QString SqlLocation::display() const
{
    return dialect == SqlDialect::Sqlite ? sqlitePrefix + name
                                         : u"postgresql://%1:%2/%3"_s.arg(host).arg(port).arg(name);
}

SqlTrouble classify(SqlDialect dialect, const QSqlError &error)
{
    const QString code = error.nativeErrorCode();
    return dialect == SqlDialect::Sqlite ? classifySqlite(code.toInt()) : classifyPostgres(code);
}

QString driverName(SqlDialect dialect)
{
    return dialect == SqlDialect::Sqlite ? u"QSQLITE"_s : u"QPSQL"_s;
}

QString connectOptions(SqlDialect dialect, std::chrono::milliseconds statementTimeout)
{
    // Half of the deadline: the second half is for asking again where SQLite gives up without having waited.
    const auto lockTimeout = statementTimeout.count() / 2;
    if (dialect == SqlDialect::Sqlite)
        return u"QSQLITE_BUSY_TIMEOUT=%1"_s.arg(lockTimeout);
    return u"connect_timeout=2;application_name=openloop;options='-c client_min_messages=warning "
           "-c statement_timeout=%1 -c lock_timeout=%2'"_s.arg(statementTimeout.count())
               .arg(lockTimeout);
}

std::function<void()> releaserOf(SqlDialect dialect, const QSqlDriver &driver)
{
    void *const handle = pointerIn(driver.handle());
    return dialect == SqlDialect::Sqlite ? sqliteReleaser(handle) : postgresReleaser(handle);
}

} // namespace openloop
