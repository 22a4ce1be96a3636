// SPDX-License-Identifier: GPL-3.0-or-later
// What differs between SQLite and PostgreSQL, in one place.
#pragma once

#include <QSqlDriver>
#include <QSqlError>
#include <QString>
#include <QVariantList>

#include <chrono>
#include <functional>
#include <optional>

namespace openloop {

enum class SqlDialect { Sqlite, Postgres };

/// What an error of the database means for the work that met it.
enum class SqlTrouble {
    Lost, ///< the connection is gone, or leads to a server that only reads: open a new one, and ask again
    Busy, ///< somebody else was in the way, and nothing was done: ask again
    TimedOut, ///< the statement was ended from outside or took too long
    Unusable, ///< the database can't do it now: disk full, read-only, corrupt, no rights, no tables, too many
              ///< connections
    Bug, ///< the statement is wrong
};

/// Source: SQLSTATE classes (PostgreSQL documentation, appendix A), SQLite result codes.
SqlTrouble classify(SqlDialect dialect, const QSqlError &error);

QString driverName(SqlDialect dialect);

/// PostgreSQL: the statement with each `?` outside of quotes replaced by one of the values, as the driver writes it.
/// More of them than values are left as they are: an error of the statement.
QString withLiterals(const QString &sql, const QVariantList &values, const QSqlDriver &driver);

/// PostgreSQL: what gives the statement a name in the session, with a parameter for each such `?`.
QString preparation(const QString &name, const QString &sql, qsizetype values);

/// PostgreSQL: what runs it with these values.
QString execution(const QString &name, const QVariantList &values, const QSqlDriver &driver);

/// PostgreSQL: what is sent before the statements of a transaction so that each of them ends by itself in that time.
QString timeLimits(std::chrono::milliseconds timeout);

/// PostgreSQL: the same for a transaction that writes: how long it waits for a lock (half of that, so that the work can
/// ask again), and is left alone by a client that does not go on.
QString transactionLimits(std::chrono::milliseconds timeout);

/// For what nobody is told of: the statement, before which PostgreSQL is told that the transaction is done once its own
/// disk has it: a commit that waits for a standby ends with nothing but the standby, and a connection that is cut
/// leaves its process behind. What is acknowledged later on waits for all that was written before, these transactions
/// included. Only for a transaction none of which is acknowledged; one that changes the standing of another server is
/// not such a one.
QString committedLocally(const QString &statement, SqlDialect dialect);

/// A function that makes the driver's running statement return at once, to be called from another thread while the
/// connection is open: SQLite is interrupted, PostgreSQL's socket is shut down (nothing else frees a frozen backend).
/// Empty where the client library can't be found.
std::function<void()> releaserOf(SqlDialect dialect, const QSqlDriver &driver);

/// PostgreSQL: a function that has the server end what the connection runs, asked for over a socket of its own on a
/// thread that is left alone with it: it returns at once, and may be called from any thread, also when the connection
/// is closed. A commit that waits for a standby ends with nothing else, and as if it were replicated: whoever calls
/// this has answered its work with a failure. It may come late, and hit the next statement: the connection is not used
/// any more. Empty where the client library can't be found.
std::function<void()> cancellerOf(SqlDialect dialect, const QSqlDriver &driver);

/// PostgreSQL: the number of the server's process, as the connection was told when it was opened; a pooler tells one
/// that it has made up. Nothing where the client library can't be found.
std::optional<int> announcedBackend(const QSqlDriver &driver);

/// PostgreSQL: what it says beside its answers goes into the log from now on, as logNotices() does it.
void logNoticesOf(const QSqlDriver &driver);

/// PostgreSQL, while Qt opens a connection and has no handle yet: its socket is known by its tcp_user_timeout, in ms,
/// which is another with each call; about half a minute, after which a host that has vanished is given up.
int socketMark();

/// Shuts this process's sockets of that mark down, so that an opening ends at once. A socket that is no TCP has none.
void shutDownMarked(int mark);

/// PostgreSQL: the socket of a connection that is open now, known to be so while this lives. Any thread.
class OpenSocket
{
public:
    explicit OpenSocket(const QSqlDriver &driver);
    explicit OpenSocket(int descriptor);
    ~OpenSocket();
    Q_DISABLE_COPY_MOVE(OpenSocket)

    /// Whether the server is still at its other end, as far as libpq has seen: Qt takes a connection for open that was
    /// cut while it asked for its settings.
    bool isConnected() const { return m_socket >= 0; }
    /// Limits how long what was sent may stay unconfirmed; what socketMark said of it has done its duty.
    void setTimeout(int ms) const;

private:
    const int m_socket;
};

/// PostgreSQL: shuts down this process's Unix sockets that lead to a PostgreSQL and are none of the above: those whose
/// connections are being opened.
void shutDownOpeningUnixSockets();

} // namespace openloop
