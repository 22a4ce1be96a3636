// SPDX-License-Identifier: GPL-3.0-or-later
// The way from the event loop to the tables of the queue, whichever database has them.
#pragma once

#include "server/jobs/queue/statement_texts.h"
#include "server/store/store.h"

namespace openloop::queue {

/// On PostgreSQL two connections of its own, so that no request keeps a server from saying that it lives: one for the
/// beats, one for all else that a node says. On SQLite the store's own. Any thread; the store outlives it.
class QueueTables
{
public:
    /// heartbeat: the patience with each statement as well. Throws StartFailure.
    QueueTables(Store &store, Milliseconds heartbeat, Rules rules = {});

    /// The future holds http::Failure where nobody knows whether it was done.
    QFuture<Answer> send(const Statement &statement);

    /// Cuts the connection of the beats: the next one opens another.
    void reconnect() { m_beats.cut(); }

    bool ready() const { return m_beats.ready() && m_rest.ready(); }

    /// What QueueSql::accept and cancel do, on a connection that the caller has for it.
    Accepted accept(SqlConnection &sql, const Request &request) const;
    Rows cancel(SqlConnection &sql, TaskId task) const;

private:
    const Milliseconds m_timeout;
    const Rules m_rules;
    StoreLane m_beats;
    StoreLane m_rest;
};

} // namespace openloop::queue
