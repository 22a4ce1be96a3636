// SPDX-License-Identifier: GPL-3.0-or-later
// The tables of the queue in PostgreSQL, as a node speaks to them.
#pragma once

#include "server/jobs/queue/statement_texts.h"

namespace openloop {
class SqlConnection;
}

namespace openloop::queue {

/// Each function is one message and, but for beat, look, survey and markDead, one transaction; a sweep that takes turns
/// asks for its own before. All throw SqlError;
/// after one of Lost or TimedOut nobody knows whether it was done, and each may be repeated. On the connection's
/// thread.
class QueueSql
{
public:
    /// timeout: of each statement of a transaction; a heartbeat.
    QueueSql(SqlConnection &sql, Milliseconds timeout, Rules rules = {})
        : m_sql(sql), m_timeout(timeout), m_rules(rules)
    {
    }

    Answer execute(const Statement &statement);

    Rows join(const Join &join);
    Rows beat(const Beat &beat);
    Sight look(const Look &look);
    Claims claim(const Claim &claim);
    Rows end(const End &end);
    Rows giveBack(const GiveBack &giveBack);
    Rows keepResult(const KeepResult &keep);
    Suspects survey(const Survey &survey);
    Rows markDead(const MarkDead &dead);
    Rows sweep(const Sweep &sweep);
    Rows leave(const Leave &leave);

    /// The task that the key names, or the unfinished one of the same kind and payload, or a new one. SqlTrouble::Busy:
    /// each task that was in the way had ended when it was looked at.
    Accepted accept(const Request &request);
    /// Changes a task that is not over.
    Rows cancel(TaskId task);

private:
    Rows change(const QString &text);
    Rows inTransaction(const QString &text);

    SqlConnection &m_sql;
    const Milliseconds m_timeout;
    const Rules m_rules;
};

} // namespace openloop::queue
