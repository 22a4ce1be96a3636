// SPDX-License-Identifier: GPL-3.0-or-later
// The tables of the queue in SQLite: one server has the file to itself, so nobody else is asked about.
#pragma once

#include "server/jobs/queue/statement_texts.h"

namespace openloop {
class SqlConnection;
}

namespace openloop::queue {

/// What QueueSql is for PostgreSQL, inside a transaction of the caller's. Whoever joins is the only one: what ran
/// before has died with its process. All throw SqlError. On the connection's thread.
class SqliteQueue
{
public:
    /// now: microseconds since 1970; nothing: what the clock says.
    explicit SqliteQueue(SqlConnection &sql, Rules rules = {}, std::optional<qint64> now = {});

    Answer execute(const Statement &statement);

    /// See QueueSql.
    Accepted accept(const Request &request);
    Rows cancel(TaskId task);

private:
    Rows join(const Join &join);
    Sight look(const Look &look);
    Claims claim(const Claim &claim);
    Rows end(const End &end);
    Rows giveBack(const GiveBack &giveBack);
    Rows keepResult(const KeepResult &keep);
    Rows sweep();
    Rows putBack(const Attempt &attempt, bool death);

    SqlConnection &m_sql;
    const Rules m_rules;
    const qint64 m_now;
};

} // namespace openloop::queue
