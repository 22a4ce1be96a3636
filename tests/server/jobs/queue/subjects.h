// SPDX-License-Identifier: GPL-3.0-or-later
// What is held to the model of the queue's tables: each of the databases, with the statements that the queue has there.
#pragma once

#include "server/jobs/queue/sqlite_statements.h"
#include "tests/server/jobs/queue/queue_database.h"
#include "tests/server/jobs/queue/simulator/tables.h"

namespace openloop::test {

/// One thread.
class Subject
{
public:
    using Answer = queue::Answer;
    using Statement = queue::Statement;

    Subject() = default;
    virtual ~Subject() = default;
    Q_DISABLE_COPY_MOVE(Subject)

    virtual SqlConnection &sql() = 0;
    /// Empties the tables, and the model's. rules: as they are wanted; those that are kept are returned.
    virtual queue::Rules begin(Tables &model, queue::Rules rules) = 0;
    virtual bool says(const Statement &) const { return true; }
    virtual bool hasNodes() const { return true; }
    /// Whether a request may come again that was accepted before.
    virtual bool losesAnswers() const { return true; }

    virtual Answer expected(Tables &model, const Statement &statement) { return model.execute(statement); }
    virtual Answer execute(const Statement &statement) = 0;
    virtual queue::Accepted accept(const queue::Request &request) = 0;
    virtual queue::Rows cancel(queue::TaskId task) = 0;
    virtual void setClock(std::int64_t microseconds) = 0;
};

class PostgresSubject final : public Subject
{
public:
    SqlConnection &sql() override { return m_database.sql(); }
    queue::Rules begin(Tables &, queue::Rules rules) override
    {
        m_database.empty();
        m_queue.emplace(sql(), std::chrono::seconds(60), rules);
        return rules;
    }
    Answer execute(const Statement &statement) override { return m_queue->execute(statement); }
    queue::Accepted accept(const queue::Request &request) override { return m_queue->accept(request); }
    queue::Rows cancel(queue::TaskId task) override { return m_queue->cancel(task); }
    void setClock(std::int64_t microseconds) override { m_database.setClock(microseconds); }

private:
    QueueDatabase m_database;
    std::optional<queue::QueueSql> m_queue;
};

/// One server's: its nodes are not written down, and all of them live until another one joins.
class SqliteSubject final : public Subject
{
public:
    SqliteSubject()
    {
        m_sql.open();
        bringSchemaUpToDate(m_sql);
    }

    SqlConnection &sql() override { return m_sql; }
    queue::Rules begin(Tables &model, queue::Rules rules) override
    {
        for (const char *table : {"tasks", "request_keys", "task_results", "sqlite_sequence"})
            m_sql.command(QStringLiteral("DELETE FROM ") + QLatin1String(table));
        for (const queue::NodeId node : {1ULL, 2ULL, 0x8000'0000'0000'0000ULL, 0xffff'ffff'ffff'ffffULL})
            model.nodes[node] = {};
        m_rules = rules;
        m_rules.swept = std::numeric_limits<int>::max();
        return m_rules;
    }
    bool says(const Statement &statement) const override
    {
        return !std::holds_alternative<queue::Beat>(statement) && !std::holds_alternative<queue::Survey>(statement)
            && !std::holds_alternative<queue::MarkDead>(statement) && !std::holds_alternative<queue::Leave>(statement);
    }
    bool hasNodes() const override { return false; }
    bool losesAnswers() const override { return false; }

    Answer expected(Tables &model, const Statement &statement) override
    {
        if (!std::holds_alternative<queue::Join>(statement))
            return model.execute(statement);
        queue::Rows died;
        for (const auto &[id, row] : model.tasks) {
            const queue::GiveBack death{{id, row.owner, row.attempt}, true};
            died.changed += std::get<queue::Rows>(model.execute(death)).changed;
        }
        return died;
    }
    Answer execute(const Statement &statement) override { return queue().execute(statement); }
    queue::Accepted accept(const queue::Request &request) override { return queue().accept(request); }
    queue::Rows cancel(queue::TaskId task) override { return queue().cancel(task); }
    void setClock(std::int64_t microseconds) override { m_now = microseconds; }

private:
    queue::SqliteQueue queue() { return queue::SqliteQueue(m_sql, m_rules, m_now); }

    SqlConnection m_sql{SqlLocation::parse(QStringLiteral("sqlite::memory:")), SqlConnection::Role::Writes,
                        std::chrono::seconds(60)};
    queue::Rules m_rules;
    qint64 m_now = 0;
};

} // namespace openloop::test
