// SPDX-License-Identifier: GPL-3.0-or-later
// Whoever wins the compare-and-set on `maintenance` does it: no leader, and no lock that is held.
#include "server/jobs/queue/upkeep.h"

#include "server/store/sql_connection.h"

#include <QDateTime>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::queue {

namespace {

/// Microseconds since 1970, by the database's clock.
qint64 databaseTime(SqlConnection &sql)
{
    if (sql.dialect() == SqlDialect::Sqlite)
        return QDateTime::currentMSecsSinceEpoch() * 1000;
    const auto first = [](const QSqlQuery &row) { return row.value(0).toLongLong(); };
    return sql.select(u"SELECT queue_now()"_s, {}, first).value(0);
}

qint64 microseconds(std::chrono::microseconds time)
{
    return time.count();
}

/// Deletes the oldest rows of a table that are older than that; true: there may be more.
bool forgetOld(SqlConnection &sql, const QString &table, const QString &key, const QString &condition,
               const QVariantList &before, int most)
{
    const QString text = u"DELETE FROM %1 WHERE %2 IN (SELECT %2 FROM %1 WHERE %3 LIMIT %4)"_s;
    return sql.change(committedLocally(text.arg(table, key, condition).arg(most), sql.dialect()), before) == most;
}

} // namespace

// A time to come is as good as long ago: the clock was set back. A row that is missing (deleted, not restored) is made
// again by whoever's turn it becomes by that. Who loses writes nothing.
bool takeTurn(SqlConnection &sql, const QString &what, std::chrono::milliseconds pause)
{
    const bool sqlite = sql.dialect() == SqlDialect::Sqlite;
    const QString now = sqlite ? QString::number(databaseTime(sql)) : u"queue_now()"_s;
    const auto changes = [&](const QString &text, const QVariantList &values) {
        return sql.change(committedLocally(text, sql.dialect()), values) > 0;
    };
    const QString take = u"UPDATE maintenance SET done_at = %1 WHERE what = ? "
                         "AND NOT (done_at BETWEEN %1 - ? AND %1)"_s.arg(now);
    const QString begin = u"INSERT INTO maintenance (what, done_at) VALUES (?, %1) ON CONFLICT DO NOTHING"_s.arg(now);
    return changes(take, {what, microseconds(pause)}) || changes(begin, {what});
}

bool forget(SqlConnection &sql, bool more, const Keeping &keeping)
{
    if (!more && !takeTurn(sql, u"forget"_s, keeping.pause))
        return false;
    const qint64 now = databaseTime(sql);
    // A key may be younger than its task, but not than the end of it; and each key is looked up by its task's id.
    const QString over = u"state IN ('done', 'failed', 'cancelled') AND created_at < ? "
                         "AND coalesce(finished_at, created_at) < ? ORDER BY created_at"_s;
    const QString settled = u"created_at < ? AND coalesce((SELECT coalesce(t.finished_at, 9223372036854775807) "
                            "FROM tasks t WHERE t.id = request_keys.task), 0) < ? ORDER BY created_at"_s;
    const qint64 tasksBefore = now - microseconds(keeping.tasks);
    const auto first = [](const QSqlQuery &row) { return row.value(0).toLongLong(); };
    const auto tooMany = sql.select(u"SELECT created_at FROM tasks ORDER BY created_at DESC LIMIT 1 OFFSET ?"_s,
                                    {keeping.mostTasks}, first);
    const qint64 keysBefore = now - microseconds(keeping.keys);
    const qint64 before =
        tooMany.isEmpty() ? tasksBefore : std::max(tasksBefore, std::min(tooMany.first() + 1, keysBefore));
    bool left = forgetOld(sql, u"tasks"_s, u"id"_s, over, {before, keysBefore}, keeping.atOnce);
    left |= forgetOld(sql, u"request_keys"_s, u"key"_s, settled, {keysBefore, keysBefore}, keeping.atOnce);
    left |= forgetOld(sql, u"task_results"_s, u"payload_hash"_s, u"found_at < ? ORDER BY found_at"_s, {tasksBefore},
                      keeping.atOnce);
    left |= forgetOld(sql, u"nodes"_s, u"id"_s, u"state <> 'alive' AND seen_at < ?"_s,
                      {now - microseconds(keeping.nodes)}, keeping.atOnce);
    return left;
}

// Alone in its message: it can't be part of a transaction, and a message of several statements is one.
void vacuum(SqlConnection &sql)
{
    if (sql.dialect() == SqlDialect::Sqlite || !takeTurn(sql, u"vacuum"_s, 5min))
        return;
    for (const QString &table : {u"nodes"_s, u"fleet_stats"_s, u"maintenance"_s})
        sql.command(u"VACUUM (SKIP_LOCKED, TRUNCATE off) "_s + table);
}

} // namespace openloop::queue
