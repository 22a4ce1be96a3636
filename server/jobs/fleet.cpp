// SPDX-License-Identifier: GPL-3.0-or-later
// What a server runs is read from the tasks, and its beats add how far that is; what costs a scan is counted once for
// all.
#include "server/jobs/fleet.h"

#include "server/store/sql_connection.h"

#include <QDateTime>

#include <unordered_map>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop {

namespace {

FleetNode readNode(const QSqlQuery &row)
{
    FleetNode node;
    node.id = queue::NodeId(row.value(0).toLongLong());
    node.name = row.value(1).toString();
    node.state = row.value(2).toString();
    node.version = row.value(3).toString();
    node.beatAge = std::chrono::milliseconds(std::max(row.value(4).toLongLong(), 0LL)); // clocks step
    node.heartbeat = std::chrono::milliseconds(row.value(5).toLongLong());
    node.jobs = progressIn(row.value(6).toByteArray().toStdString());
    return node;
}

// As 005-fleet-figures.sql has them.
const QString lanesText =
    u"(SELECT coalesce(%1, '') FROM (SELECT lane, count(*) AS claimable, min(created_at) AS oldest "
    "FROM tasks WHERE state = 'queued' GROUP BY lane) l)"_s;
const QString laneText = u"lane || ' ' || claimable || ' ' || oldest"_s;

qint64 wordOf(const QString &words, int word)
{
    return words.section(u' ', word, word).toLongLong();
}

/// Columns: how old they are, nodes, queued, held, running, lanes, dead rows, and when they were counted.
FleetStats readStats(const QSqlQuery &row)
{
    FleetStats stats;
    stats.nodesAlive = row.value(1).toLongLong();
    stats.queued = row.value(2).toLongLong();
    stats.held = row.value(3).toLongLong();
    stats.running = row.value(4).toLongLong();
    for (const QString &lane : row.value(5).toString().split(u',', Qt::SkipEmptyParts)) {
        const std::chrono::microseconds age(row.value(7).toLongLong() - wordOf(lane, 2));
        stats.lanes.append({int(wordOf(lane, 0)), wordOf(lane, 1), std::max(age, 0us)});
    }
    for (const QString &table : row.value(6).toString().split(u',', Qt::SkipEmptyParts))
        stats.tables.append({table.section(u' ', 0, 0), wordOf(table, 1)});
    return stats;
}

QString countOf(const QString &state)
{
    return u"(SELECT count(*) FROM tasks WHERE state = '%1')"_s.arg(state);
}

FleetStats sqliteStats(SqlConnection &sql)
{
    const QString now = QString::number(QDateTime::currentMSecsSinceEpoch() * 1000);
    const QStringList columns{
        u"0"_s,
        u"(SELECT count(*) FROM nodes)"_s,
        countOf(u"queued"_s),
        countOf(u"held"_s),
        countOf(u"running"_s),
        lanesText.arg(u"group_concat(%1, ',')"_s.arg(laneText)),
        u"''"_s,
        now,
    };
    return sql.select(u"SELECT "_s + columns.join(u", "_s), {}, readStats).value(0);
}

/// If nobody else did meanwhile.
void countAgain(SqlConnection &sql, std::chrono::microseconds oldest)
{
    QStringList deadRows;
    for (const QString &table :
         {u"tasks"_s, u"nodes"_s, u"request_keys"_s, u"task_results"_s, u"maintenance"_s, u"fleet_stats"_s})
        deadRows << u"'%1 ' || pg_stat_get_dead_tuples('%1'::regclass)"_s.arg(table);
    const QString count = u"UPDATE fleet_stats SET refreshed_at = queue_now(), "
                          "nodes_alive = (SELECT count(*) FROM nodes WHERE state = 'alive'), queued = %1, held = %2, "
                          "running = %3, lanes = %4, dead_rows = %5 WHERE abs(queue_now() - refreshed_at) > %6"_s.arg(
                              countOf(u"queued"_s), countOf(u"held"_s), countOf(u"running"_s),
                              lanesText.arg(u"string_agg(%1, ',')"_s.arg(laneText)), deadRows.join(u" || ',' || "_s),
                              QString::number(oldest.count()));
    sql.change(committedLocally(count, SqlDialect::Postgres));
}

} // namespace

FleetStats fleetStats(SqlConnection &sql, std::chrono::microseconds oldest)
{
    if (sql.dialect() == SqlDialect::Sqlite)
        return sqliteStats(sql);
    struct Row {
        std::chrono::microseconds age{};
        FleetStats stats;
    };
    const auto read = [&] {
        return sql.select(
            u"SELECT abs(queue_now() - refreshed_at), nodes_alive, queued, held, running, lanes, dead_rows, "
            "refreshed_at FROM fleet_stats"_s,
            {}, [](const QSqlQuery &row) {
                return Row{std::chrono::microseconds(row.value(0).toLongLong()), readStats(row)};
            });
    };
    const QList<Row> kept = read();
    if (!kept.isEmpty() && kept.first().age <= oldest)
        return kept.first().stats;
    if (kept.isEmpty()) // deleted, or not restored
        sql.change(u"INSERT INTO fleet_stats (refreshed_at, nodes_alive, queued, held, running) "
                   "VALUES (0, 0, 0, 0, 0) ON CONFLICT DO NOTHING"_s);
    countAgain(sql, oldest);
    return read().value(0).stats;
}

qint64 unfinishedJobs(SqlConnection &sql)
{
    if (sql.dialect() == SqlDialect::Postgres) {
        const FleetStats stats = fleetStats(sql, 1s); // so that a crowd exceeds its bound by little
        return stats.queued + stats.held + stats.running;
    }
    const auto first = [](const QSqlQuery &row) { return row.value(0).toLongLong(); };
    return sql.select(u"SELECT count(*) FROM tasks WHERE state IN ('queued', 'held', 'running')"_s, {}, first).value(0);
}

QList<FleetNode> selectNodes(SqlConnection &sql)
{
    const bool beats = sql.dialect() == SqlDialect::Postgres; // alone it has nobody to say it to
    QList<FleetNode> nodes = sql.select(u"SELECT id, name, state, version, %1, heartbeat, progress FROM nodes "
                                        "ORDER BY state <> 'alive', seen_at DESC LIMIT 1000"_s.arg(
                                            beats ? u"(queue_now() - seen_at) / 1000"_s : u"0"_s),
                                        {}, readNode);
    const auto readRun = [](const QSqlQuery &row) {
        return queue::Attempt{queue::TaskId(row.value(0).toLongLong()), queue::NodeId(row.value(1).toLongLong()),
                              row.value(2).toInt()};
    };
    std::unordered_map<queue::NodeId, QList<JobProgress>> running;
    for (const queue::Attempt &run : sql.select(
             u"SELECT id, owner, attempt FROM tasks WHERE state = 'running' ORDER BY started_at, id"_s, {}, readRun))
        running[run.owner].append({run.task, run.number, {}});
    for (FleetNode &node : nodes) {
        const QList<JobProgress> said = std::exchange(node.jobs, running[node.id]);
        for (JobProgress &job : node.jobs)
            job.progress = progressOf(said, job.task, job.attempt).value_or(job.progress);
    }
    return nodes;
}

} // namespace openloop
