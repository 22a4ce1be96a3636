// SPDX-License-Identifier: GPL-3.0-or-later
// Whoever wins the compare-and-set on `maintenance` does it: no leader, and no lock that is held.
#include "server/jobs/queue/forget.h"

#include "server/store/sql_connection.h"

#include <QDateTime>

using namespace Qt::Literals::StringLiterals;

namespace openloop::queue {

namespace {

/// Microseconds since 1970, by the database's clock.
qint64 databaseTime(SqlConnection &sql)
{
    if (sql.dialect() == SqlDialect::Sqlite)
        return QDateTime::currentMSecsSinceEpoch() * 1000;
    const auto first = [](const QSqlQuery &row) { return row.value(0).toLongLong(); };
    return sql.select(u"SELECT queue_now()"_s, {}, first).first();
}

qint64 microseconds(std::chrono::microseconds time)
{
    return time.count();
}

// A time to come is as good as long ago: the clock was set back.
bool isOurTurn(SqlConnection &sql, qint64 now, std::chrono::seconds pause)
{
    sql.change(u"INSERT INTO maintenance (what, done_at) VALUES ('forget', 0) ON CONFLICT DO NOTHING"_s);
    return sql.change(u"UPDATE maintenance SET done_at = ? WHERE what = 'forget' AND NOT (done_at BETWEEN ? AND ?)"_s,
                      {now, now - microseconds(pause), now})
        > 0;
}

/// Deletes the oldest rows of a table that are older than that; true: there may be more.
bool forgetOld(SqlConnection &sql, const QString &table, const QString &key, const QString &condition, qint64 before,
               int most)
{
    const QString text = u"DELETE FROM %1 WHERE %2 IN (SELECT %2 FROM %1 WHERE %3 LIMIT %4)"_s;
    return sql.change(text.arg(table, key, condition).arg(most), {before}) == most;
}

} // namespace

bool forget(SqlConnection &sql, bool more, const Keeping &keeping)
{
    const qint64 now = databaseTime(sql);
    if (!more && !isOurTurn(sql, now, keeping.pause))
        return false;
    const QString over = u"state IN ('done', 'failed', 'cancelled') AND created_at < ? ORDER BY created_at"_s;
    const qint64 tasksBefore = now - microseconds(keeping.tasks);
    const auto first = [](const QSqlQuery &row) { return row.value(0).toLongLong(); };
    const auto tooMany = sql.select(u"SELECT created_at FROM tasks ORDER BY created_at DESC LIMIT 1 OFFSET ?"_s,
                                    {keeping.mostTasks}, first);
    const qint64 keysBefore = now - microseconds(keeping.keys);
    const qint64 before =
        tooMany.isEmpty() ? tasksBefore : std::max(tasksBefore, std::min(tooMany.first() + 1, keysBefore));
    bool left = forgetOld(sql, u"tasks"_s, u"id"_s, over, before, keeping.atOnce);
    left |= forgetOld(sql, u"request_keys"_s, u"key"_s, u"created_at < ? ORDER BY created_at"_s, keysBefore,
                      keeping.atOnce);
    left |= forgetOld(sql, u"task_results"_s, u"payload_hash"_s, u"found_at < ? ORDER BY found_at"_s, tasksBefore,
                      keeping.atOnce);
    left |= forgetOld(sql, u"nodes"_s, u"id"_s, u"state <> 'alive' AND seen_at < ?"_s,
                      now - microseconds(keeping.nodes), keeping.atOnce);
    return left;
}

} // namespace openloop::queue
