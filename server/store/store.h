// SPDX-License-Identifier: GPL-3.0-or-later
// Waits on SQL, so that a handler can await rows while the loop stays free.
#pragma once

#include "server/store/lane.h"
#include "server/store/sqlite/file_lock.h"
#include "server/store/todos.h"

#include <QCoroTask>

#include <QFuture>

#include <memory>
#include <optional>
#include <stop_token>
#include <type_traits>

namespace openloop {

/// A SQLite file or a PostgreSQL database behind threads that own their connections. Made on the main thread; its
/// functions may be called from any thread. Destroying it answers whatever still waits with 503 and joins the threads.
class Store
{
public:
    using Limits = StoreThreads::Limits;

    /// databaseUrl: see SqlLocation::parse. connections: those that read, 1 or more; SQLite has one more, which writes.
    /// Returns once the schema is in place and, of PostgreSQL, one connection is open, of SQLite each; throws
    /// StartFailure if that can't be had, or another Store has that SQLite file, in this process or in another.
    Store(const QString &databaseUrl, int connections, Limits limits = {});

    /// Rows of the table `todos`, by ascending id. Throws http::Failure as `read` does.
    QCoro::Task<QList<Todo>> todos(TodoFilter filter, std::stop_token stop);

    /// The result of `work(SqlConnection &)`, run on a thread that owns a connection. It only reads: it may be run
    /// again after a lost connection. It throws http::Failure or lets the connection's errors through, no others.
    /// The future holds http::Failure: 503 too many wait, or the database is away; 504 the deadline passed;
    /// 499 `stop` was requested (work that has not begun is then never run). Never cancel the future.
    template <typename Work>
    auto read(Work work, std::stop_token stop = {}) -> QFuture<std::invoke_result_t<Work &, SqlConnection &>>
    {
        return m_threads.enqueue(StoreWork::Kind::Read, std::move(work), std::move(stop));
    }

    /// As `read`, inside one transaction that is durable when the future has its result. It is run again only as long
    /// as nothing can have been committed. A write answered 503 or 504 may have been done.
    template <typename Work>
    auto write(Work work, std::stop_token stop = {}) -> QFuture<std::invoke_result_t<Work &, SqlConnection &>>
    {
        return m_threads.enqueue(StoreWork::Kind::Write, std::move(work), std::move(stop));
    }

    /// As `read`, for work whose statements are transactions of their own and may be done again: on SQLite all of it is
    /// one.
    template <typename Work>
    auto change(Work work) -> QFuture<std::invoke_result_t<Work &, SqlConnection &>>
    {
        const bool sqlite = m_location.dialect == SqlDialect::Sqlite;
        return m_threads.enqueue(sqlite ? StoreWork::Kind::Write : StoreWork::Kind::Read, std::move(work), {});
    }

    /// A connection of its own to the same database, opened when this returns; throws StartFailure. On the main thread.
    /// The store has to outlive it. timeout: of each unit of work.
    StoreLane lane(std::chrono::milliseconds timeout);

    /// For who needs a connection that runs no work.
    const SqlLocation &location() const { return m_location; }

    /// Whether a query has a chance now. A cached state: no lock, no I/O.
    bool ready() const { return m_threads.ready(); }

    /// "ok", or why not, in one phrase without names or addresses; what /readyz says. A cached state as well.
    QString state() const;

private:
    const SqlLocation m_location;
    std::optional<FileLock> m_lock; // of a SQLite file; before the threads, which use it
    StoreThreads m_threads;
};

} // namespace openloop
