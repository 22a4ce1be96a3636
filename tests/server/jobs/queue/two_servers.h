// SPDX-License-Identifier: GPL-3.0-or-later
// Two servers at one PostgreSQL, of which the second says something while the first holds its locks.
#pragma once

#include "tests/server/jobs/queue/queue_database.h"
#include "tests/support/peers/peers.h"

#include <QDeadlineTimer>

#include <concepts>
#include <future>

namespace openloop::test {

using namespace queue;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

/// Base of a test. One thread, beside which the second server has its own.
class TwoServers : public QObject
{
protected:
    static constexpr queue::NodeId ann = 1;
    static constexpr queue::NodeId bob = 2;

    enum class End { Commit, Rollback };
    enum class Wait { No, Yes };

    /// Of initTestCase().
    void connectBoth()
    {
        if (skippedWithoutPeers())
            return;
        m_database = std::make_unique<QueueDatabase>();
        m_tables = std::make_unique<QueueSql>(m_database->sql(), 60s);
    }

    void startAgain()
    {
        m_database->empty();
        for (const NodeId node : {ann, bob})
            m_tables->join({node, "node", {"boot", 1, 2, 3}, 5s, 30s});
    }

    static QString open(const QString &statements)
    {
        return transactionOf(statements, 60s).chopped(qsizetype(std::size("; COMMIT") - 1));
    }

    static Request request(TaskId id, const std::string &payload, const std::string &key = {})
    {
        Request made;
        made.id = id;
        made.kind = "test";
        made.payload = payload;
        made.key = key;
        return made;
    }

    void accept(std::same_as<int> auto... ids)
    {
        for (const int id : {ids...})
            m_tables->accept(request(TaskId(id), std::to_string(id)));
    }

    Attempt run(TaskId id)
    {
        accept(int(id));
        return m_tables->claim({ann, 1, 1}).tasks.at(0).attempt;
    }

    std::int64_t seenAt(NodeId node)
    {
        return m_database->number(u"SELECT seen_at FROM nodes WHERE id = %1"_s.arg(node));
    }

    QString stateOf(TaskId task)
    {
        return m_database->text(u"SELECT format('%s by %s, attempt %s, deaths %s', state, coalesce(owner, 0), "
                                "attempt, deaths) FROM tasks WHERE id = %1"_s.arg(task));
    }

    /// What another connection is answered while one here has said `statements` and not yet ended its transaction.
    template <typename Say>
    auto meanwhile(const QString &statements, End end, Wait wait, const Say &say)
    {
        m_database->sql().message(open(statements), [](auto &) { return 1; });
        auto other = elsewhere(say);
        if (wait == Wait::Yes)
            awaitWaiter();
        else
            other.wait();
        m_database->sql().command(end == End::Commit ? u"COMMIT"_s : u"ROLLBACK"_s);
        return other.get();
    }

    /// What another connection is answered if things happen after its snapshot and before its first lock of a row.
    template <typename Say, typename Happen>
    auto behindTheGate(const Say &say, const Happen &happen)
    {
        SqlConnection &sql = m_database->sql();
        sql.command(u"SELECT pg_advisory_lock(1)"_s);
        const auto guarded = [say](QueueSql &tables, SqlConnection &connection) {
            connection.command(u"CREATE FUNCTION pg_temp.passed() RETURNS BOOLEAN LANGUAGE sql VOLATILE "
                               "AS 'SELECT pg_advisory_xact_lock_shared(1) IS NOT NULL'"_s);
            connection.command(u"CREATE TEMPORARY VIEW nodes AS SELECT * FROM public.nodes WHERE pg_temp.passed()"_s);
            return say(tables, connection);
        };
        auto other = elsewhere(guarded);
        awaitWaiter();
        happen();
        sql.command(u"SELECT pg_advisory_unlock(1)"_s);
        return other.get();
    }

    /// What another connection is answered, on a thread of its own.
    template <typename Say>
    auto elsewhere(const Say &say)
    {
        return std::async(std::launch::async, [this, say] {
            const auto sql = m_database->connect();
            QueueSql tables(*sql, 60s);
            return say(tables, *sql);
        });
    }

    std::unique_ptr<QueueDatabase> m_database;
    std::unique_ptr<QueueSql> m_tables; ///< as ann's server says it

private:
    void awaitWaiter()
    {
        const QDeadlineTimer deadline(patience);
        while (m_database->number(u"SELECT count(*) FROM pg_locks WHERE NOT granted"_s) == 0) {
            if (deadline.hasExpired())
                qFatal("nobody waits for a lock");
        }
    }
};

} // namespace openloop::test
