// SPDX-License-Identifier: GPL-3.0-or-later
// Codes of errors, values in a text, limits of time, and how each library is told to let go of a statement.
#include "server/store/sql_dialect.h"

#include "server/store/client_library.h"

#include <QDir>
#include <QLoggingCategory>
#include <QSqlField>
#include <QStringList>
#include <QVariant>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

Q_LOGGING_CATEGORY(lcStore, "openloop.store")

constexpr int mostCancelling = 16; // threads

SqlTrouble classifySqlite(int code, const QString &text)
{
    constexpr int primaryCode = 0xff; // the higher bits only tell more about it
    switch (code & primaryCode) {
    case 1: // SQLITE_ERROR
        return text.contains(u"no such table"_s) ? SqlTrouble::Unusable : SqlTrouble::Bug;
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
    // 25P03: it was idle in a transaction for too long. 25006: it only reads, as after a failover to another.
    if (state.isEmpty() || state.startsWith(u"08"_s) || state.startsWith(u"57P"_s) || state == u"25P03"_s
        || state == u"25006"_s)
        return SqlTrouble::Lost;
    // Locks; a row that another has inserted meanwhile; statements that a pooler mixed up, or tables that changed.
    const QStringList again{u"55P03"_s, u"40001"_s, u"40P01"_s, u"23505"_s, u"26000"_s, u"42P05"_s, u"0A000"_s};
    if (again.contains(state))
        return SqlTrouble::Busy;
    if (state == u"57014"_s)
        return SqlTrouble::TimedOut;
    // Rights that were revoked; a table, a function or a schema that somebody has dropped.
    const QStringList taken{u"42501"_s, u"42P01"_s, u"42883"_s, u"3F000"_s};
    if (taken.contains(state) || state.startsWith(u"53"_s) || state.startsWith(u"58"_s) || state.startsWith(u"XX"_s))
        return SqlTrouble::Unusable;
    return SqlTrouble::Bug;
}

void *pointerIn(const QVariant &handle)
{
    return handle.isValid() ? *static_cast<void *const *>(handle.constData()) : nullptr;
}

// In parentheses if negative: "--" would begin a comment.
QString literal(const QVariant &value, const QSqlDriver &driver)
{
    QSqlField field(QString(), value.metaType());
    field.setValue(value);
    const QString text = driver.formatValue(field);
    return text.startsWith(u'-') ? u'(' + text + u')' : text;
}

// Each `?` outside of quotes, as long as there are values, is replaced by what textOf(its place) says.
template <typename TextOf>
QString withPlaces(const QString &sql, qsizetype values, TextOf textOf)
{
    QString text;
    qsizetype used = 0;
    QChar quote;
    for (const QChar c : sql) {
        if (!quote.isNull())
            quote = c == quote ? QChar() : quote; // a doubled quote ends and begins
        else if (c == u'\'' || c == u'"')
            quote = c;
        else if (c == u'?' && used < values) {
            text += textOf(used++);
            continue;
        }
        text += c;
    }
    return text;
}

std::function<void()> sqliteReleaser(void *database)
{
    const auto interrupt = loadedFunction<void (*)(void *)>(libsqlite3, "sqlite3_interrupt");
    if (!interrupt || !database)
        return {};
    return [=] { interrupt(database); };
}

int postgresSocket(void *connection)
{
    const auto socketOf = loadedFunction<int (*)(void *)>(libpq, "PQsocket");
    return socketOf && connection ? socketOf(connection) : -1;
}

std::function<void()> postgresReleaser(void *connection)
{
    const int socket = postgresSocket(connection);
    if (socket < 0)
        return {};
    return [=] { ::shutdown(socket, SHUT_RDWR); };
}

std::function<void()> postgresCanceller(void *connection)
{
    const auto keyOf = loadedFunction<void *(*)(void *)>(libpq, "PQgetCancel");
    const auto send = loadedFunction<int (*)(void *, char *, int)>(libpq, "PQcancel");
    const auto forget = loadedFunction<void (*)(void *)>(libpq, "PQfreeCancel");
    void *const found = keyOf && send && forget && connection ? keyOf(connection) : nullptr;
    if (!found)
        return {};
    return [send, key = std::shared_ptr<void>(found, forget)] {
        static std::atomic<int> sending = 0; // a host that is away is tried for minutes
        if (++sending > mostCancelling) {
            --sending;
            return;
        }
        const auto cancel = [send, key] {
            std::array<char, 256> problem{}; // the size that libpq recommends; who was away needs no word of it
            send(key.get(), problem.data(), int(problem.size()));
            --sending;
        };
        try {
            std::thread(cancel).detach();
        } catch (const std::system_error &) { // no thread is to be had: the connection is shut down, as ever
            --sending;
        }
    };
}

// A copy of the descriptor is asked, and shut down: the original may be closed by its owner at any moment, and its
// number be another's.
template <typename IsMeant>
void shutDownSockets(IsMeant isMeant)
{
    const QStringList descriptors = QDir(u"/proc/self/fd"_s).entryList(QDir::Files | QDir::System);
    for (const QString &descriptor : descriptors) {
        const int copy = ::fcntl(descriptor.toInt(), F_DUPFD_CLOEXEC, 0);
        if (copy >= 0 && isMeant(descriptor.toInt(), copy))
            ::shutdown(copy, SHUT_RDWR);
        if (copy >= 0)
            ::close(copy);
    }
}

struct OpenSockets {
    std::mutex mutex;
    std::multiset<int> numbers; // one that libpq has closed may be another's already
};

OpenSockets &openSockets()
{
    static auto *const all = new OpenSockets; // threads may outlive what the end of main() destroys
    return *all;
}

} // namespace

SqlTrouble classify(SqlDialect dialect, const QSqlError &error)
{
    const QString code = error.nativeErrorCode();
    return dialect == SqlDialect::Sqlite ? classifySqlite(code.toInt(), error.text()) : classifyPostgres(code);
}

QString driverName(SqlDialect dialect)
{
    return dialect == SqlDialect::Sqlite ? u"QSQLITE"_s : u"QPSQL"_s;
}

QString withLiterals(const QString &sql, const QVariantList &values, const QSqlDriver &driver)
{
    return withPlaces(sql, values.size(), [&](qsizetype place) { return literal(values[place], driver); });
}

QString preparation(const QString &name, const QString &sql, qsizetype values)
{
    return u"PREPARE %1 AS "_s.arg(name)
        + withPlaces(sql, values, [](qsizetype place) { return u'$' + QString::number(place + 1); });
}

QString execution(const QString &name, const QVariantList &values, const QSqlDriver &driver)
{
    QStringList literals;
    for (const QVariant &value : values)
        literals << literal(value, driver);
    return u"EXECUTE "_s + name + (literals.isEmpty() ? QString() : u" ("_s + literals.join(u", "_s) + u')');
}

QString timeLimits(std::chrono::milliseconds timeout)
{
    return u"SET LOCAL statement_timeout = %1; "_s.arg(timeout.count());
}

QString transactionLimits(std::chrono::milliseconds timeout)
{
    return u"SET LOCAL lock_timeout = %1; SET LOCAL idle_in_transaction_session_timeout = %2; "_s
        .arg(timeout.count() / 2)
        .arg(timeout.count());
}

int socketMark()
{
    constexpr int shortest = 30'000;
    constexpr int marks = 10'000;
    static std::atomic<unsigned> made = 0;
    return shortest + int(made++ % marks);
}

void shutDownMarked(int mark)
{
    shutDownSockets([mark](int, int socket) {
        unsigned timeout = 0;
        socklen_t size = sizeof timeout;
        return ::getsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, &size) == 0 && timeout == unsigned(mark);
    });
}

OpenSocket::OpenSocket(const QSqlDriver &driver) : OpenSocket(postgresSocket(pointerIn(driver.handle()))) { }

OpenSocket::OpenSocket(int descriptor) : m_socket(descriptor)
{
    OpenSockets &all = openSockets();
    const std::lock_guard lock(all.mutex);
    all.numbers.insert(m_socket);
}

OpenSocket::~OpenSocket()
{
    OpenSockets &all = openSockets();
    const std::lock_guard lock(all.mutex);
    all.numbers.erase(all.numbers.find(m_socket));
}

void OpenSocket::setTimeout(int ms) const
{
    const auto timeout = unsigned(std::max(ms, 0));
    ::setsockopt(m_socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof timeout); // a Unix socket needs none
}

void shutDownOpeningUnixSockets()
{
    shutDownSockets([](int descriptor, int socket) {
        sockaddr_un address{};
        socklen_t size = sizeof address;
        if (::getpeername(socket, reinterpret_cast<sockaddr *>(&address), &size) != 0 || address.sun_family != AF_UNIX)
            return false;
        const QByteArray path(address.sun_path, qsizetype(size - offsetof(sockaddr_un, sun_path)));
        OpenSockets &all = openSockets();
        const std::lock_guard lock(all.mutex);
        return path.contains("/.s.PGSQL.") && !all.numbers.contains(descriptor);
    });
}

QString committedLocally(const QString &statement, SqlDialect dialect)
{
    return dialect == SqlDialect::Postgres ? u"SET LOCAL synchronous_commit = local; "_s + statement : statement;
}

std::function<void()> releaserOf(SqlDialect dialect, const QSqlDriver &driver)
{
    void *const handle = pointerIn(driver.handle());
    return dialect == SqlDialect::Sqlite ? sqliteReleaser(handle) : postgresReleaser(handle);
}

std::function<void()> cancellerOf(SqlDialect dialect, const QSqlDriver &driver)
{
    return dialect == SqlDialect::Postgres ? postgresCanceller(pointerIn(driver.handle())) : nullptr;
}

std::optional<int> announcedBackend(const QSqlDriver &driver)
{
    const auto backend = loadedFunction<int (*)(const void *)>(libpq, "PQbackendPID");
    const void *const handle = pointerIn(driver.handle());
    return backend && handle ? std::optional(backend(handle)) : std::nullopt;
}

void logNotices(void *connection)
{
    using Processor = void (*)(void *, const char *);
    const auto setProcessor = loadedFunction<Processor (*)(void *, Processor, void *)>(libpq, "PQsetNoticeProcessor");
    if (!setProcessor || !connection)
        return;
    setProcessor(
        connection,
        [](void *, const char *text) { // on the thread that uses the connection
            qCInfo(lcStore, "PostgreSQL says: %s", QByteArrayView(text).trimmed().toByteArray().constData());
        },
        nullptr);
}

void logNoticesOf(const QSqlDriver &driver)
{
    logNotices(pointerIn(driver.handle()));
}

} // namespace openloop
