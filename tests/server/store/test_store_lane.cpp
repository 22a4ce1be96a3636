// SPDX-License-Identifier: GPL-3.0-or-later
// A lane beside the store: it waits for nobody, begins no work twice that may not, and can be cut.
#include "server/store/sql_connection.h"
#include "server/store/store.h"
#include "tests/server/store/held_connection.h"
#include "tests/support/ending.h"
#include "tests/support/patience.h"
#include "tests/support/peers/postgres.h"
#include "tests/support/rows.h"

#include <QTemporaryDir>
#include <QTest>

using namespace openloop;
using namespace openloop::test;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

constexpr auto again = StoreWork::AfterLoss::Again;
constexpr auto giveUp = StoreWork::AfterLoss::GiveUp;

qint64 backendOf(SqlConnection &sql)
{
    const auto number = [](const QSqlQuery &row) { return row.value(0).toLongLong(); };
    return sql.message(u"SELECT pg_backend_pid()"_s, number).value(0);
}

void sleepForAMinute(SqlConnection &sql)
{
    sql.command(u"SELECT pg_sleep(60)"_s);
}

} // namespace

class TestStoreLane : public PostgresTest
{
    Q_OBJECT

private slots:
    void aLaneOfSqliteSeesAndChangesTheSameTables_data()
    {
        rows<QString>({"url"},
                      {{"file", u"sqlite:"_s + m_folder.filePath(u"lane"_s)}, {"memory", u"sqlite::memory:"_s}});
    }
    void aLaneOfSqliteSeesAndChangesTheSameTables()
    {
        QFETCH(QString, url);
        Store store(url, 2);
        StoreLane lane = store.lane(longest);
        const auto rename = [](SqlConnection &sql) {
            return sql.change(u"UPDATE todos SET title = 'lane' WHERE id = 1"_s);
        };
        QCOMPARE(await(taskOf(lane.run(rename, giveUp))).value, 1);
        QCOMPARE(await(store.todos({}, {})).got().value(0).title, u"lane"_s);
        lane.cut();
        QCOMPARE(await(taskOf(lane.run(rename, giveUp))).value, 1);
        QVERIFY(lane.ready());
    }

    void aPostgresLaneWaitsForNoRequest()
    {
        Store store(databaseUrl(), 1, {.timeout = longest});
        StoreLane lane = store.lane(longest);
        HeldConnection held(store);
        const auto request = follow(taskOf(store.read(backendOf)));
        QVERIFY(await(taskOf(lane.run(backendOf, giveUp))).value > 0);
        QVERIFY(!request->over);
        held.release();
        TRY_COMPARE(request->status(), 200);
    }

    void onAPostgresLaneWorkThatMayNotBeginTwiceIsUnavailableOnceItsConnectionIsLost_data()
    {
        rows<bool>({"mayBeginTwice"}, {{"it may", true}, {"it may not", false}});
    }
    void onAPostgresLaneWorkThatMayNotBeginTwiceIsUnavailableOnceItsConnectionIsLost()
    {
        QFETCH(bool, mayBeginTwice);
        Store store(databaseUrl(), 1);
        StoreLane lane = store.lane(60s);
        std::atomic<int> begun = 0;
        const auto work = [&begun](SqlConnection &sql) {
            if (++begun == 1)
                sleepForAMinute(sql);
        };
        const auto ending = follow(taskOf(lane.run(work, mayBeginTwice ? again : giveUp)));
        QVERIFY(m_postgres->waitForLasting("SELECT"));
        m_postgres->terminateBackends();
        TRY_VERIFY(ending->over);
        QCOMPARE(ending->status(), mayBeginTwice ? 200 : 503);
        QCOMPARE(begun, mayBeginTwice ? 2 : 1);
        QCOMPARE(await(taskOf(lane.run(work, again))).status(), 200);
    }

    void aCutFreesAPostgresLaneFromAFrozenBackendAtOnce()
    {
        Store store(databaseUrl(), 1);
        StoreLane lane = store.lane(10min); // no deadline frees it
        const qint64 before = await(taskOf(lane.run(backendOf, giveUp))).got();
        const auto frozen = follow(taskOf(lane.run(sleepForAMinute, giveUp)));
        QVERIFY(m_postgres->waitForLasting("SELECT"));
        QVERIFY(m_postgres->freezeBackends() > 0);
        lane.cut();
        TRY_VERIFY(frozen->over);
        QCOMPARE(frozen->status(), 503);
        const auto after = await(taskOf(lane.run(backendOf, giveUp)));
        m_postgres->thawBackends();
        QVERIFY(after.value.has_value());
        QVERIFY(after.value != before);
    }

    void aPostgresLaneThatWasCutWhileIdleGoesOnOnANewConnection()
    {
        Store store(databaseUrl(), 1);
        StoreLane lane = store.lane(longest);
        const auto before = await(taskOf(lane.run(backendOf, giveUp)));
        lane.cut();
        const auto after = await(taskOf(lane.run(backendOf, giveUp)));
        QVERIFY(before.value.has_value());
        QVERIFY(after.value.has_value());
        QVERIFY(after.value != before.value);
    }

private:
    QString databaseUrl()
    {
        return m_postgres->databaseUrl(QString::fromLatin1(QTest::currentTestFunction()).toLower().left(60));
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestStoreLane)
#include "test_store_lane.moc"
