// SPDX-License-Identifier: GPL-3.0-or-later
// A PostgreSQL with the tables of the queue, whose clock the test sets if it wants.
#pragma once

#include "server/jobs/queue/statements.h"
#include "server/store/schema.h"
#include "server/store/sql_connection.h"
#include "tests/support/patience.h"
#include "tests/support/peers/own_connection.h"
#include "tests/support/peers/postgres.h"

#include <memory>

namespace openloop::test {

/// One thread, but for connect().
class QueueDatabase
{
public:
    QueueDatabase() : m_url(m_postgres.databaseUrl(QStringLiteral("queue"))), m_sql(connect())
    {
        bringSchemaUpToDate(*m_sql);
    }

    SqlConnection &sql() { return *m_sql; }
    Postgres &server() { return m_postgres; }

    /// Another one, for the calling thread.
    std::unique_ptr<SqlConnection> connect() const { return std::make_unique<OwnConnection>(m_url); }

    void empty()
    {
        m_sql->command(QStringLiteral("TRUNCATE nodes, tasks, request_keys, task_results RESTART IDENTITY"));
        m_sql->command(QStringLiteral("UPDATE maintenance SET done_at = 0"));
    }

    /// From the first call on time stands still. One connection's.
    void setClock(std::int64_t microseconds)
    {
        if (!m_clockIsSet)
            m_sql->command(QStringLiteral("CREATE OR REPLACE FUNCTION queue_now() RETURNS BIGINT LANGUAGE sql STABLE "
                                          "AS 'SELECT current_setting(''test.now'')::bigint'"));
        m_clockIsSet = true;
        m_sql->command(QStringLiteral("SET test.now = '%1'").arg(microseconds));
    }

    /// The first column of the first row.
    qint64 number(const QString &query)
    {
        return m_sql->message(query, [](const QSqlQuery &row) { return row.value(0).toLongLong(); }).value(0);
    }
    QString text(const QString &query)
    {
        return m_sql->message(query, [](const QSqlQuery &row) { return row.value(0).toString(); }).value(0);
    }

private:
    Postgres m_postgres;
    const QString m_url;
    std::unique_ptr<SqlConnection> m_sql;
    bool m_clockIsSet = false;
};

} // namespace openloop::test
