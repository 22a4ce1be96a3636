// SPDX-License-Identifier: GPL-3.0-or-later
// The store behind pgbouncer in transaction mode: each of its functions, and nothing that two clients could share.
#include "server/store/sql_connection.h"
#include "server/store/store.h"
#include "tests/support/ending.h"
#include "tests/support/patience.h"
#include "tests/support/peers/absent_standby.h"
#include "tests/support/peers/peers.h"
#include "tests/support/peers/pgbouncer.h"
#include "tests/support/peers/postgres.h"
#include "tests/support/slow_database.h"

#include <QTest>

#include <atomic>

using namespace openloop;
using namespace openloop::test;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

const QByteArray everyByte = [] {
    QByteArray bytes(256, 0);
    for (qsizetype i = 0; i < bytes.size(); ++i)
        bytes[i] = char(i);
    return bytes;
}();

QString settingOf(SqlConnection &sql, const QString &name)
{
    const auto text = [](const QSqlQuery &row) { return row.value(0).toString(); };
    return sql.select(u"SELECT current_setting(?)"_s, {name}, text).value(0);
}

} // namespace

class TestStorePooler : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        if (skippedWithoutPeers())
            return;
        m_postgres = std::make_unique<Postgres>();
        m_bouncer = std::make_unique<PgBouncer>(*m_postgres);
    }

    void aStoreStartsReadsAndWritesBehindAPooler()
    {
        Store store(databaseUrl(), 4);
        QCOMPARE(await(store.todos({.userId = 3, .completed = {}, .limit = 100}, {})).got().size(), 20);
        const auto rename = [](SqlConnection &sql) {
            return sql.change(u"UPDATE todos SET title = ? WHERE id = ?"_s, {u"l'été? \\ \"naïf\" — 数"_s, 9});
        };
        QCOMPARE(await(taskOf(store.write(rename))).value, 1);
        QCOMPARE(await(store.todos({}, {})).got().value(8).title, u"l'été? \\ \"naïf\" — 数"_s);
        QVERIFY(store.ready());
        const Store second(databaseUrl(), 1);
        QVERIFY(second.ready());
    }

    void whatTwoClientsAskThroughOneConnectionIsNeverMixedUp()
    {
        Store first(databaseUrl(), 2);
        Store second(databaseUrl(), 2);
        std::vector<std::shared_ptr<Ending<QList<Todo>>>> todos;
        std::vector<std::shared_ptr<Ending<qint64>>> counts;
        const auto count = [](SqlConnection &sql) {
            const auto number = [](const QSqlQuery &row) { return row.value(0).toLongLong(); };
            return sql.select(u"SELECT count(*) FROM todos WHERE user_id = ?"_s, {1}, number).first();
        };
        for (int i = 0; i < 200; ++i) {
            todos.push_back(follow(first.todos({.userId = i % 10 + 1, .completed = {}, .limit = i}, {})));
            counts.push_back(follow(taskOf(second.read(count))));
        }
        for (size_t i = 0; i < todos.size(); ++i) {
            TRY_VERIFY(todos[i]->over && counts[i]->over);
            QCOMPARE(todos[i]->status(), 200);
            QCOMPARE(todos[i]->value->size(), qMin(20, int(i)));
            QCOMPARE(counts[i]->value, 20);
        }
    }

    void aQuestionMarkInQuotesStandsForNoValue()
    {
        Store store(databaseUrl(), 1);
        const auto select = [](SqlConnection &sql) {
            const auto text = [](const QSqlQuery &row) { return row.value(0).toString() + row.value(1).toString(); };
            return sql.select(u"SELECT 'what''s it? ' || ?, 5 -? AS \"?\""_s, {u"?'?"_s, -2}, text).value(0);
        };
        QCOMPARE(await(taskOf(store.read(select))).value, u"what's it? ?'?7"_s);
    }

    void timeoutsOfOneClientDoNotReachAnother()
    {
        Store hasty(databaseUrl(), 1, {.timeout = 700ms, .waiting = 10});
        Store patient(databaseUrl(), 1);
        QCOMPARE(await(sleepInDatabase(hasty, 60s)).status(), 504);
        TRY_VERIFY(!m_postgres->hasBackend("SELECT")); // PostgreSQL has ended it as well
        QCOMPARE(await(sleepInDatabase(patient, 1500ms)).status(), 200);
        const auto timeout = [](SqlConnection &sql) { return settingOf(sql, u"statement_timeout"_s); };
        QCOMPARE(await(taskOf(patient.read(timeout))).value, u"5s"_s);
        QCOMPARE(await(taskOf(patient.write(timeout))).value, u"5s"_s);
        const auto idle = [](SqlConnection &sql) { return settingOf(sql, u"idle_in_transaction_session_timeout"_s); };
        QCOMPARE(await(taskOf(patient.write(idle))).value, u"5s"_s);
    }

    void whatAnotherClientSetChangesNoValue()
    {
        Store store(databaseUrl(), 1);
        const auto write = [](SqlConnection &sql) {
            sql.command(u"CREATE TABLE bytes (b BYTEA, ok BOOLEAN, n BIGINT, x DOUBLE PRECISION, t TEXT)"_s);
            sql.change(u"INSERT INTO bytes VALUES (?, ?, ?, ?, ?)"_s,
                       {everyByte, true, -Q_INT64_C(9007199254740991), 1.5, QVariant(QMetaType::fromType<QString>())});
        };
        const auto read = [](SqlConnection &sql) {
            const auto row = [](const QSqlQuery &r) {
                return QVariantList{r.value(0), r.value(1), r.value(2), r.value(3), r.isNull(4)};
            };
            return sql.select(u"SELECT b, ok, n, x, t FROM bytes WHERE t IS NULL AND b = ?"_s, {everyByte}, row);
        };
        QCOMPARE(await(taskOf(store.write(write))).status(), 200);
        for (const char *setting : {"bytea_output = hex", "bytea_output = escape", "datestyle = 'SQL'"}) {
            const auto set = [setting](SqlConnection &sql) { sql.command(u"SET "_s + QLatin1String(setting)); };
            QCOMPARE(await(taskOf(store.read(set))).status(), 200);
            const auto rows = await(taskOf(store.read(read))).got();
            QCOMPARE(rows.size(), 1);
            const QVariantList values{everyByte, true, -Q_INT64_C(9007199254740991), 1.5, true};
            QCOMPARE(rows.first(), values);
        }
    }

    void whatIsLostBehindAPoolerIsAskedAgain()
    {
        Store store(databaseUrl(), 2, {.timeout = longest});
        const auto begun = std::make_shared<std::atomic<int>>(0);
        const auto longAtFirst = [begun](SqlConnection &sql) {
            if (++*begun == 1)
                sql.command(u"SELECT pg_sleep(600)"_s);
        };
        const auto asked = follow(taskOf(store.read(longAtFirst)));
        QVERIFY(m_postgres->waitForLasting("SELECT"));
        QVERIFY(m_postgres->terminateBackends() > 0);
        TRY_VERIFY(asked->over);
        QCOMPARE(asked->status(), 200);
        QCOMPARE(*begun, 2);
        m_postgres->stop();
        m_postgres->start();
        TRY_COMPARE(await(store.todos({}, {})).status(), 200);
    }

    void aPoolerIsFrozenNoLongerThanTheDeadline()
    {
        Store store(databaseUrl(), 1, {.timeout = 1s, .waiting = 10});
        TRY_COMPARE(await(store.todos({}, {})).status(), 200);
        m_bouncer->freeze();
        const auto frozen = await(store.todos({}, {}));
        m_bouncer->thaw();
        QVERIFY(frozen.status() == 504 || frozen.status() == 503);
        TRY_COMPARE(await(store.todos({}, {})).status(), 200);
    }

    void aLaneWorksBehindAPoolerAndBecomesFreeWhenItIsCut()
    {
        Store store(databaseUrl(), 1);
        StoreLane lane = store.lane(longest);
        const auto one = [](SqlConnection &sql) {
            return sql.message(u"SELECT 1"_s, [](const QSqlQuery &row) { return row.value(0).toInt(); }).value(0);
        };
        const auto sleep = [](SqlConnection &sql) { sql.command(u"SELECT pg_sleep(60)"_s); };
        QCOMPARE(await(taskOf(lane.run(one, StoreWork::AfterLoss::GiveUp))).value, 1);
        const auto sleeping = follow(taskOf(lane.run(sleep, StoreWork::AfterLoss::GiveUp)));
        QVERIFY(m_postgres->waitForLasting("SELECT"));
        lane.cut();
        TRY_VERIFY(sleeping->over);
        QCOMPARE(sleeping->status(), 503);
        TRY_COMPARE(await(taskOf(lane.run(one, StoreWork::AfterLoss::Again))).value, 1);
    }

    void aCommitThatWaitsForAStandbyLeavesNoConnectionBehind_data()
    {
        QTest::addColumn<bool>("pooled");
        QTest::newRow("direct") << false;
        QTest::newRow("behind a pooler") << true;
    }

    // PostgreSQL waits for the standby whether or not somebody waits for PostgreSQL, until it has no connection left.
    void aCommitThatWaitsForAStandbyLeavesNoConnectionBehind()
    {
        QFETCH(bool, pooled);
        std::atomic<int> written = 0;
        const auto write = [&written](SqlConnection &sql) {
            sql.change(u"UPDATE todos SET completed = NOT completed WHERE id = 1"_s);
            ++written;
        };
        auto store = std::make_unique<Store>(pooled ? databaseUrl() : m_postgres->databaseUrl(u"direct"_s), 1,
                                             Store::Limits{.timeout = 500ms, .reconnect = 50ms, .waiting = 10});
        AbsentStandby standby(*m_postgres);
        TRY_COMPARE(await(taskOf(store->write(write))).status(), 504); // the server may not have read it before
        written = 0;
        for (int i = 0; i < 200 && written < 4; ++i) { // some are over before they begin
            const auto answer = await(taskOf(store->write(write)));
            QVERIFY(answer.over && answer.status() != 200);
        }
        QVERIFY(written >= 4);
        TRY_COMPARE(standby.waiting(), 0);

        std::shared_ptr<Ending<void>> last;
        const auto oneWaits = [&] {
            if (!last || last->over)
                last = follow(taskOf(store->write(write)));
            return standby.waiting() > 0;
        };
        TRY_VERIFY(oneWaits());
        store.reset();
        TRY_COMPARE(standby.waiting(), 0);
    }

private:
    QString databaseUrl()
    {
        return m_bouncer->databaseUrl(QString::fromLatin1(QTest::currentTestFunction()).toLower().left(60));
    }

    std::unique_ptr<Postgres> m_postgres;
    std::unique_ptr<PgBouncer> m_bouncer;
};

QTEST_GUILESS_MAIN(TestStorePooler)
#include "test_store_pooler.moc"
