// SPDX-License-Identifier: GPL-3.0-or-later
// What each statement of the queue reads, whatever the tables were when PostgreSQL last looked at them.
#include "tests/server/jobs/queue/queue_database.h"
#include "tests/support/peers/peers.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::test {

using namespace queue;

namespace {

constexpr NodeId me = 1;

/// Of PostgreSQL's 8 kB each, those found in memory included.
qint64 pagesOf(const QJsonObject &plan)
{
    return plan[u"Shared Hit Blocks"_s].toInteger() + plan[u"Shared Read Blocks"_s].toInteger();
}

/// One line for each step.
QString described(const QJsonObject &plan, int depth = 0)
{
    QString text = u"\n%1%2 %3 %4: %5 rows of %6 expected, %7 pages"_s.arg(
        QString(depth * 2, u' '), plan[u"Node Type"_s].toString(), plan[u"Relation Name"_s].toString(),
        plan[u"Index Name"_s].toString(), QString::number(plan[u"Actual Rows"_s].toInteger()),
        QString::number(plan[u"Plan Rows"_s].toInteger()), QString::number(pagesOf(plan)));
    for (const QJsonValue &below : plan[u"Plans"_s].toArray())
        text += described(below.toObject(), depth + 1);
    return text;
}

} // namespace

// What was found, so that nobody finds it again (PLANS=1 shows the plans):
// - A table that was analysed when its queue was empty is believed to have no unfinished task. A statement by id that
//   says `state = 'running'`, or IN of the unfinished, then takes a partial index instead of the primary key and walks
//   over all that is unfinished: a cancellation read 12,489 pages, now 11. So these compare in ways that prove no
//   index.
// - EXISTS of a claimable task was looked for by a walk over the table, finished tasks first: 236 pages, growing with
//   them. With the order of the queue and LIMIT 1 it is 3.
// - The lost tasks by a join with their owners: 7,205 pages for 2,400 that run, with the living hashed 2,590: one for
//   each that runs. Of 1,000 nodes with 8 each it takes 6 ms.
// - A claim reads 3 pages to find a task, and 19 to write it into the heap and five indexes; an end 11, a beat 4.
class TestQueuePlans : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        if (!skippedWithoutPeers())
            m_database = std::make_unique<QueueDatabase>();
    }

    void init()
    {
        m_database->empty();
        command(u"INSERT INTO nodes (id, name, boot_id, pid_namespace, pid, pid_started, beat, seen_at, heartbeat, "
                "suspect_after, state) SELECT i, 'node', 'boot', 1, i, 1, 1, queue_now(), 5000, 30000, 'alive' "
                "FROM generate_series(1, 300) i"_s);
        command(u"UPDATE nodes SET state = 'dead' WHERE id = 300"_s);
    }

    void aStatementReadsFewPages_data()
    {
        QTest::addColumn<QString>("tables");
        QTest::addColumn<QString>("statement");
        QTest::addColumn<int>("most");

        const Attempt running{1, 2, 1};
        const Request request{.id = 9'000'001, .kind = "test", .payload = "new", .key = {}};
        struct Each {
            const char *name;
            QString text;
            int most;
        };
        std::vector<TaskId> watched;
        for (TaskId id = 1; id <= 100; ++id)
            watched.push_back(id);
        const Each statements[] = {
            {"beat", textOf(Beat{me}), 20},
            {"look", textOf(Look{me, {}, 1}), 60},
            {"look with 100 watched", textOf(Look{me, watched, 1}), 500},
            {"claim", textOf(Claim{me, 1, 1}), 99},
            {"claim of 8", textOf(Claim{me, 8, 1}), 300},
            {"end", textOf(queue::End{running, TaskState::Done, "3 5"}), 99},
            {"give back", textOf(GiveBack{running, true}, {}), 99},
            {"keep", textOf(KeepResult{1, "3 5"}), 60},
            {"survey", textOf(Survey{me, 30s, "elsewhere", 1}), 60},
            {"dead", textOf(MarkDead{2, 1, 0}), 20},
            // one of each running task: every node asks it only every two heartbeats
            {"sweep", textOf(Sweep{}, {}).section(u';', 0, 0), 3000},
            {"held", textOf(Sweep{}, {}).section(u';', 1), 60},
            {"leave", textOf(Leave{me}), 20},
            {"cancel", textOfCancel(2), 99},
            {"accept", textOf(request).section(u"; "_s, 0, 0), 99},
            {"accepted", textOf(request).section(u"; "_s, 1), 60},
        };
        for (const char *tables : {"empty", "drained", "filled", "full"}) {
            for (const Each &each : statements)
                QTest::addRow("%s, %s", each.name, tables) << QString::fromLatin1(tables) << each.text << each.most;
        }
    }
    void aStatementReadsFewPages()
    {
        QFETCH(const QString, tables);
        QFETCH(const QString, statement);
        QFETCH(const int, most);
        fill(tables);
        const QJsonObject plan = planOf(statement);
        qInfo("%lld pages%s", pagesOf(plan), qgetenv("PLANS").isEmpty() ? "" : qPrintable(described(plan)));
        QVERIFY2(pagesOf(plan) <= most, qPrintable(described(plan)));
    }

private:
    void command(const QString &text) { m_database->sql().command(text); }

    /// empty and drained: that is what PostgreSQL knows. filled: a drained one in which 10,000 tasks have arrived and
    /// 2,400 run, of which it does not know. full: it does.
    void fill(const QString &tables)
    {
        command(u"ANALYZE"_s);
        if (tables == "empty"_L1)
            return;
        insert(u"done"_s, 100'000, 105'000);
        command(u"VACUUM ANALYZE tasks"_s);
        if (tables == "drained"_L1)
            return;
        insert(u"running"_s, 1, 2'400);
        insert(u"queued"_s, 10'001, 20'000);
        if (tables == "full"_L1)
            command(u"ANALYZE"_s);
    }

    void insert(const QString &state, int first, int last)
    {
        command(u"INSERT INTO tasks (id, kind, payload, payload_hash, result, state, owner, attempt, version, format, "
                "created_at, started_at) SELECT i, 'test', repeat(i::text, 10), sha256(i::text::bytea), "
                "repeat('7 ', 20), '%1', 1 + i % 300, 1, i, 1, i, queue_now() FROM generate_series(%2, %3) i"_s.arg(
                    state, QString::number(first), QString::number(last)));
    }

    QJsonObject planOf(const QString &statement)
    {
        command(u"BEGIN"_s);
        const QString text = m_database->text(u"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "_s + statement);
        command(u"ROLLBACK"_s);
        return QJsonDocument::fromJson(text.toUtf8()).array().at(0)[u"Plan"_s].toObject();
    }

    std::unique_ptr<QueueDatabase> m_database;
};

} // namespace openloop::test

QTEST_GUILESS_MAIN(openloop::test::TestQueuePlans)
#include "test_queue_plans.moc"
