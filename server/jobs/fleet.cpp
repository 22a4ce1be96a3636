// SPDX-License-Identifier: GPL-3.0-or-later
// What a server runs is read from the tasks; its beats only add how far that is.
#include "server/jobs/fleet.h"

#include "server/store/sql_connection.h"

#include <unordered_map>

using namespace Qt::Literals::StringLiterals;

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

} // namespace

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
