// SPDX-License-Identifier: GPL-3.0-or-later
// What is over goes when its time has come, what is not over stays however old it is, and one server at a time does it.
#include "server/compute/factoring/results.h"
#include "server/jobs/fleet.h"
#include "server/jobs/job_table.h"
#include "server/jobs/queue/upkeep.h"
#include "server/store/schema.h"
#include "tests/server/jobs/queue/queue_database.h"
#include "tests/support/patience.h"
#include "tests/support/peers/absent_standby.h"
#include "tests/support/peers/peers.h"

#include <QScopeGuard>
#include <QTest>

#include <atomic>
#include <future>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::test {

class TestQueueUpkeep : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        if (!peersAreLeftOut())
            m_postgres.emplace();
    }

    void whatIsOverGoesWhenItsTimeHasCome_data() { eitherDatabase(); }

    void whatIsOverGoesWhenItsTimeHasCome()
    {
        QFETCH(bool, postgres);
        SqlConnection &sql = chosen(postgres);
        const auto first = [](const QSqlQuery &row) { return row.value(0).toLongLong(); };
        const auto count = [&](const QString &query) { return sql.select(query, {}, first).first(); };
        const qint64 now = postgres ? count(u"SELECT queue_now()"_s) : QDateTime::currentMSecsSinceEpoch() * 1000;
        const qint64 old = now - std::chrono::microseconds(100 * 24h).count();
        int id = 0;
        const auto addTask = [&](const QString &state, qint64 createdAt) {
            ++id;
            sql.change(u"INSERT INTO tasks (id, kind, payload, payload_hash, state, version, format, created_at) "
                       "VALUES (?, 'factorization', '91', ?, ?, 1, 1, ?)"_s,
                       {id, QByteArray::number(id), state, createdAt});
        };
        for (int i = 0; i < 5; ++i)
            addTask(u"done"_s, old);
        for (const QString &state : {u"queued"_s, u"held"_s, u"running"_s})
            addTask(state, old);
        for (int i = 0; i < 4; ++i)
            addTask(u"failed"_s, i < 2 ? now - i : now - std::chrono::microseconds(48h).count() - i);
        for (const qint64 createdAt : {old, now})
            sql.change(u"INSERT INTO request_keys (key, task, payload_hash, created_at) VALUES (?, 1, ?, ?)"_s,
                       {QString::number(createdAt), QByteArray("x"), createdAt});
        for (const QString &state : {u"alive"_s, u"dead"_s, u"left"_s}) {
            ++id;
            sql.change(u"INSERT INTO nodes (id, name, boot_id, pid_namespace, pid, pid_started, beat, seen_at, "
                       "heartbeat, suspect_after, state) VALUES (?, 'a', '', 0, 0, 0, 1, ?, 5000, 30000, ?)"_s,
                       {id, old, state});
        }
        queue::Keeping keeping;
        keeping.atOnce = 2;
        QVERIFY(queue::forget(sql, false, keeping));
        QVERIFY(!queue::forget(sql, false, keeping)); // another server asks
        QCOMPARE(count(u"SELECT count(*) FROM tasks WHERE state = 'done'"_s), 3);
        while (queue::forget(sql, true, keeping)) { }
        QCOMPARE(count(u"SELECT count(*) FROM tasks WHERE state = 'done'"_s), 0);
        QCOMPARE(count(u"SELECT count(*) FROM tasks WHERE state IN ('queued', 'held', 'running')"_s), 3);
        QCOMPARE(count(u"SELECT count(*) FROM tasks WHERE state = 'failed'"_s), 4);
        QCOMPARE(count(u"SELECT count(*) FROM request_keys"_s), 1);
        QCOMPARE(count(u"SELECT count(*) FROM nodes"_s), 1);

        keeping.mostTasks = 1; // of those that are not over too; what a key may name stays all the same
        while (queue::forget(sql, true, keeping)) { }
        QCOMPARE(count(u"SELECT count(*) FROM tasks WHERE state = 'failed'"_s), 2);
        QCOMPARE(count(u"SELECT count(*) FROM tasks WHERE state IN ('queued', 'held', 'running')"_s), 3);

        // The clock was set back since: that is long ago.
        sql.change(u"UPDATE maintenance SET done_at = ? WHERE what = 'forget'"_s,
                   {now + std::chrono::microseconds(24h).count()});
        QVERIFY(!queue::forget(sql, false, keeping));
        QVERIFY(count(u"SELECT done_at FROM maintenance WHERE what = 'forget'"_s)
                < now + std::chrono::microseconds(12h).count());
    }

    void aKeyIsKeptForADayAfterItsOutcome_data() { eitherDatabase(); }

    // It may have joined a task that another had begun long before, and that took long.
    void aKeyIsKeptForADayAfterItsOutcome()
    {
        QFETCH(bool, postgres);
        SqlConnection &sql = chosen(postgres);
        const auto text = [](const QSqlQuery &row) { return row.value(0).toString(); };
        const auto all = [&](const QString &query) { return sql.select(query, {}, text).join(u' '); };
        const qint64 now =
            postgres ? all(u"SELECT queue_now()"_s).toLongLong() : QDateTime::currentMSecsSinceEpoch() * 1000;
        const auto ago = [now](std::chrono::microseconds time) { return now - time.count(); };
        const auto add = [&](int id, const QString &state, const QVariant &finishedAt, qint64 keyAt) {
            sql.change(u"INSERT INTO tasks (id, kind, payload, payload_hash, state, version, format, created_at, "
                       "finished_at) VALUES (?, 'factorization', '91', ?, ?, 1, 1, ?, ?)"_s,
                       {id, QByteArray::number(id), state, ago(100 * 24h), finishedAt});
            sql.change(u"INSERT INTO request_keys (key, task, payload_hash, created_at) VALUES (?, ?, ?, ?)"_s,
                       {QString::number(id), id, QByteArray::number(id), keyAt});
        };
        add(1, u"done"_s, ago(1h), ago(2h));
        add(2, u"done"_s, ago(1h), ago(48h));
        add(3, u"done"_s, ago(25h), ago(48h));
        add(4, u"running"_s, QVariant(QMetaType::fromType<qint64>()), ago(48h));
        queue::Keeping keeping;
        keeping.mostTasks = 1;
        while (queue::forget(sql, true, keeping)) { }
        QCOMPARE(all(u"SELECT id FROM tasks ORDER BY id"_s), u"1 2 4"_s);
        QCOMPARE(all(u"SELECT key FROM request_keys ORDER BY key"_s), u"1 2 4"_s);
    }

    void aTurnWhoseRowIsMissingIsTakenOnce_data() { eitherDatabase(); }

    // A restore of the tables without these rows, or somebody who tidied up.
    void aTurnWhoseRowIsMissingIsTakenOnce()
    {
        QFETCH(bool, postgres);
        SqlConnection &sql = chosen(postgres);
        sql.change(u"DELETE FROM maintenance"_s);
        QVERIFY(queue::takeTurn(sql, u"sweep"_s, 60s));
        QVERIFY(!queue::takeTurn(sql, u"sweep"_s, 60s));
        QVERIFY(queue::takeTurn(sql, u"forget"_s, 60s));
    }

    void figuresThatAreMissingAreCountedAgain_data() { eitherDatabase(); }

    void figuresThatAreMissingAreCountedAgain()
    {
        QFETCH(bool, postgres);
        SqlConnection &sql = chosen(postgres);
        sql.change(u"INSERT INTO tasks (id, kind, payload, payload_hash, state, version, format, created_at) "
                   "VALUES (1, 'factorization', '91', ?, 'queued', 1, 1, 1)"_s,
                   {QByteArray("1")});
        sql.change(u"DELETE FROM fleet_stats"_s);
        QCOMPARE(fleetStats(sql, 10s).queued, 1);
        sql.change(u"DELETE FROM fleet_stats"_s);
        QCOMPARE(unfinishedJobs(sql), 1);
    }

    // A commit that waits for a standby ends with nothing but the standby, and is left behind by who is cut.
    void whatNobodyIsToldOfWaitsForNoStandby()
    {
        if (peersAreLeftOut())
            QSKIP("PostgreSQL is left out here");
        m_postgres->empty();
        queue::Join join;
        join.node = 7;
        join.heartbeat = 5s;
        join.suspectAfter = 30s;
        queue::QueueSql(m_postgres->sql(), 5s).join(join);
        std::optional<AbsentStandby> standby;
        std::atomic<bool> isAway = true;
        std::future<void> acknowledged;
        std::future<void> unacknowledged;
        const auto healed = qScopeGuard([&] { // before the threads are waited for
            isAway = false;
            standby.reset();
        });
        standby.emplace(m_postgres->server());
        acknowledged = std::async(std::launch::async, [this, &isAway] {
            for (const auto sql = m_postgres->connect(); isAway;) // the server may not have read it yet
                sql->change(u"INSERT INTO maintenance (what, done_at) VALUES ('vacuum', 0) "
                            "ON CONFLICT (what) DO UPDATE SET done_at = 0"_s);
        });
        TRY_COMPARE(standby->waiting(), 1);

        unacknowledged = std::async(std::launch::async, [this] {
            const auto sql = m_postgres->connect();
            queue::QueueSql tables(*sql, 5s);
            tables.beat({7, {}});
            tables.sweep({1ms});
            queue::forget(*sql, false);
            fleetStats(*sql, -1us);
            for (const char *n : {"1000003", "1000033", "1000037"}) {
                sql->begin();
                keepResult(*sql, mpz_class(n), {}, QDateTime::currentMSecsSinceEpoch());
                sql->commit();
            }
        });
        TRY_VERIFY(unacknowledged.wait_for(0s) == std::future_status::ready);
        unacknowledged.get();
        QVERIFY(standby->waiting() <= 1); // the other one, or none: its time may be over
        QCOMPARE(m_postgres->number(u"SELECT count(*) FROM results"_s), 3);
    }

    // A cancellation whose connection ends while it waits is done, though no standby has it: who asks again is not told
    // of what a failover would lose.
    void whatIsCancelledAgainWaitsForTheStandbyAsWell()
    {
        if (peersAreLeftOut())
            QSKIP("PostgreSQL is left out here");
        m_postgres->empty();
        m_postgres->sql().change(u"INSERT INTO tasks (id, kind, payload, payload_hash, state, version, format, "
                                 "created_at) VALUES (1, 'factorization', '91', ?, 'queued', 1, 1, 1)"_s,
                                 {QByteArray("1")});
        const auto cancel = [this] {
            const auto sql = m_postgres->connect();
            return queue::QueueSql(*sql, 60s).cancel(1).changed > 0 || jobIsStored(*sql, 1);
        };
        std::optional<AbsentStandby> standby(std::in_place, m_postgres->server());
        std::future<bool> told;
        const auto healed = qScopeGuard([&] { standby.reset(); }); // before the thread is waited for
        told = std::async(std::launch::async, cancel);
        TRY_COMPARE(standby->waiting(), 1);
        TRY_COMPARE(standby->terminateWaiting(), 1);
        QVERIFY_EXCEPTION_THROWN(told.get(), SqlError);
        TRY_COMPARE(m_postgres->number(u"SELECT count(*) FROM tasks WHERE state = 'cancelled'"_s), 1);

        told = std::async(std::launch::async, cancel);
        TRY_VERIFY(standby->waiting() == 1 || told.wait_for(0s) == std::future_status::ready);
        QVERIFY(told.wait_for(0s) != std::future_status::ready);
        standby.reset();
        QVERIFY(told.get());
    }

    void theSmallTablesAreVacuumedByTurns()
    {
        if (peersAreLeftOut())
            QSKIP("PostgreSQL is left out here");
        const auto vacuums = [&] {
            return m_postgres->number(u"SELECT sum(pg_stat_get_vacuum_count(oid)) FROM pg_class "
                                      "WHERE relname IN ('nodes', 'fleet_stats', 'maintenance')"_s);
        };
        const qint64 before = vacuums();
        m_postgres->empty(); // and the turn is due
        queue::vacuum(m_postgres->sql());
        TRY_COMPARE(vacuums(), before + 3);
        queue::vacuum(m_postgres->sql()); // another server's turn was just now
        QCOMPARE(vacuums(), before + 3);
    }

private:
    /// Without tasks, keys and servers.
    SqlConnection &chosen(bool postgres)
    {
        if (postgres) {
            m_postgres->empty();
            return m_postgres->sql();
        }
        m_file =
            std::make_unique<SqlConnection>(SqlLocation::parse(u"sqlite::memory:"_s), SqlConnection::Role::Writes, 60s);
        m_file->open();
        bringSchemaUpToDate(*m_file);
        return *m_file;
    }

    std::optional<QueueDatabase> m_postgres;
    std::unique_ptr<SqlConnection> m_file;
};

} // namespace openloop::test

QTEST_GUILESS_MAIN(openloop::test::TestQueueUpkeep)
#include "test_queue_upkeep.moc"
