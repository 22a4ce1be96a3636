// SPDX-License-Identifier: GPL-3.0-or-later
// Joins the threads, the schema and the questions that handlers ask.
#include "server/store/store.h"

#include "server/store/batch.h"
#include "server/store/owner.h"
#include "server/store/schema.h"

#include <QCoroFuture>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

constexpr std::chrono::milliseconds laneReconnect{1000}; // who says late that it lives is taken for dead

std::optional<FileLock> lockOf(const SqlLocation &location)
{
    if (location.dialect != SqlDialect::Sqlite || location.inMemory())
        return std::nullopt;
    return std::optional<FileLock>(std::in_place, location.file);
}

} // namespace

Store::Store(const QString &databaseUrl, int connections, Limits limits)
    : m_location(SqlLocation::parse(databaseUrl)), m_lock(lockOf(m_location)),
      m_threads(m_location, connections, limits, {bringSchemaUpToDate, checkSchema})
{
}

QCoro::Task<QList<Todo>> Store::todos(TodoFilter filter, std::stop_token stop)
{
    const QFuture<QList<Todo>> rows = read(OftenAsked{askForTodos(filter), readTodo}, std::move(stop));
    co_return co_await rows;
}

StoreLane Store::lane(std::chrono::milliseconds timeout)
{
    if (m_location.dialect == SqlDialect::Sqlite)
        return StoreLane(m_threads);
    const Limits limits{.timeout = timeout, .reconnect = laneReconnect};
    return StoreLane(std::make_unique<StoreThreads>(m_location, 1, limits, StoreTables(), &m_threads.health()));
}

QString Store::state() const
{
    return phraseOf(m_threads.reason());
}

} // namespace openloop
