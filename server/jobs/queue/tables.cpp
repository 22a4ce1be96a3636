// SPDX-License-Identifier: GPL-3.0-or-later
// A statement whose answer is lost is told as lost, never sent again here: the node knows what that means.
#include "server/jobs/queue/tables.h"

#include "server/jobs/queue/sqlite_statements.h"
#include "server/jobs/queue/statements.h"
#include "server/store/sql_connection.h"

namespace openloop::queue {

QueueTables::QueueTables(Store &store, Milliseconds heartbeat, Rules rules)
    : m_timeout(heartbeat), m_rules(rules), m_beats(store.lane(heartbeat)), m_rest(store.lane(heartbeat))
{
}

QFuture<Answer> QueueTables::send(const Statement &statement)
{
    StoreLane &lane = std::holds_alternative<Beat>(statement) ? m_beats : m_rest;
    const auto execute = [statement, timeout = m_timeout, rules = m_rules](SqlConnection &sql) {
        return sql.dialect() == SqlDialect::Postgres ? QueueSql(sql, timeout, rules).execute(statement)
                                                     : SqliteQueue(sql, rules).execute(statement);
    };
    return lane.run(execute, StoreWork::AfterLoss::GiveUp);
}

Accepted QueueTables::accept(SqlConnection &sql, const Request &request) const
{
    return sql.dialect() == SqlDialect::Postgres ? QueueSql(sql, m_timeout, m_rules).accept(request)
                                                 : SqliteQueue(sql, m_rules).accept(request);
}

Rows QueueTables::cancel(SqlConnection &sql, TaskId task) const
{
    return sql.dialect() == SqlDialect::Postgres ? QueueSql(sql, m_timeout, m_rules).cancel(task)
                                                 : SqliteQueue(sql, m_rules).cancel(task);
}

} // namespace openloop::queue
