// SPDX-License-Identifier: GPL-3.0-or-later
// Questions that wait for the same connection are sent together, and answered each for itself.
#include "server/store/batch.h"
#include "server/store/store.h"
#include "tests/server/store/held_connection.h"
#include "tests/support/ending.h"
#include "tests/support/patience.h"
#include "tests/support/peers/own_connection.h"
#include "tests/support/peers/pgbouncer.h"
#include "tests/support/peers/postgres.h"

#include <QTest>

#include <set>

using namespace openloop;
using namespace openloop::test;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

qint64 number(const QSqlQuery &row)
{
    return row.value(0).toLongLong();
}

auto asked(const QString &sql, const QVariantList &values)
{
    return OftenAsked{SqlQuestion{sql, values}, number};
}

const QString ofTransaction = u"SELECT txid_current() / ?"_s; // 0: an error of this statement

std::shared_ptr<StoreWork> unitOf(auto work)
{
    return std::make_shared<StoreWorkOf<decltype(work)>>(StoreWork::Kind::Read, StoreWork::Clock::now() + longest,
                                                         std::stop_token(), std::move(work));
}

/// How many units are popped at once.
size_t popped(StoreQueue &queue, StoreQueue::Together together)
{
    const auto unit = queue.pop({}, 0ms, together);
    return unit ? std::max<size_t>(unit->questions(), 1) : 0;
}

} // namespace

class TestStoreTogether : public PostgresTest
{
    Q_OBJECT

private slots:
    void whatWaitsIsSharedAmongTheThreads()
    {
        StoreQueue queue(100);
        for (int i = 0; i < 20; ++i)
            QVERIFY(queue.push(unitOf(asked(u"SELECT ?"_s, {i}))));
        QCOMPARE(popped(queue, {1, 1}), 1);
        QCOMPARE(popped(queue, {8, 1}), 8);
        QCOMPARE(popped(queue, {8, 4}), 3); // of 11
        QCOMPARE(popped(queue, {8, 8}), 1); // of 8
        QCOMPARE(popped(queue, {8, 1}), 7);
        QCOMPARE(popped(queue, {8, 1}), 0);
    }

    void onlyQuestionsThatNobodyHasAnsweredAreGathered()
    {
        StoreQueue queue(100);
        const auto late = unitOf(asked(u"SELECT ?"_s, {1}));
        QVERIFY(queue.push(unitOf(asked(u"SELECT ?"_s, {0}))));
        QVERIFY(queue.push(late));
        QVERIFY(queue.push(unitOf(asked(u"SELECT ?"_s, {2}))));
        QVERIFY(queue.push(unitOf([](SqlConnection &) { return 3; })));
        QVERIFY(queue.push(unitOf(asked(u"SELECT ?"_s, {4}))));
        late->fail(http::Failure::clientLeft());
        QCOMPARE(popped(queue, {8, 1}), 2);
        QCOMPARE(popped(queue, {8, 1}), 1); // what is more than a question stays alone
        QCOMPARE(popped(queue, {8, 1}), 1);
    }

    void severalAreOneMessagePostgres_data()
    {
        QTest::addColumn<bool>("pooled");
        QTest::newRow("a session of its own") << false;
        QTest::newRow("a pooler's") << true;
    }
    void severalAreOneMessagePostgres()
    {
        QFETCH(bool, pooled);
        std::optional<PgBouncer> bouncer;
        if (pooled)
            bouncer.emplace(*m_postgres);
        const QString url = databaseUrl();
        OwnConnection sql(pooled ? bouncer->databaseUrl(m_database) : url, SqlConnection::Role::Reads);
        const SqlQuestion none{u"SELECT id FROM todos WHERE id = ?"_s, {-1}}, some{none.sql, {7}},
            transaction{ofTransaction, {1}};
        for (int round = 0; round < 2; ++round) { // prepared, and found prepared
            QList<QList<qint64>> rows(5);
            sql.selectTogether({&transaction, &none, &some, &transaction, &none},
                               [&](size_t which, const QSqlQuery &row) { rows[qsizetype(which)] << number(row); });
            QCOMPARE(rows[0].size(), 1);
            QCOMPARE(rows, (QList<QList<qint64>>{rows[0], {}, {7}, rows[0], {}}));
        }
    }

    // It depends on how quick the machine is whether a round's questions are sent together. Each round is answered
    // rightly; one of them is together.
    void eachIsAnsweredForItselfPostgres_data()
    {
        QTest::addColumn<bool>("oneFails");
        QTest::newRow("all go well") << false;
        QTest::newRow("one fails") << true;
    }
    void eachIsAnsweredForItselfPostgres()
    {
        QFETCH(bool, oneFails);
        Store store(databaseUrl(), 1);
        const QDeadlineTimer deadline(patience);
        for (bool together = false; !together && !deadline.hasExpired();) {
            const auto before = await(taskOf(store.read(asked(ofTransaction, {1})))).value; // shows how quick it is
            QVERIFY(before);
            HeldConnection held(store);
            std::vector<std::shared_ptr<Ending<QList<qint64>>>> endings;
            for (int i = 0; i < 5; ++i)
                endings.push_back(follow(taskOf(store.read(asked(ofTransaction, {oneFails && i == 2 ? 0 : 1})))));
            held.release();
            std::set<qint64> transactions;
            for (const auto &ending : endings) {
                TRY_VERIFY(ending->over);
                if (ending->value)
                    transactions.insert(ending->value->value(0));
            }
            for (size_t i = 0; i < endings.size(); ++i)
                QCOMPARE(endings[i]->status(), oneFails && i == 2 ? 500 : 200);
            // What failed together has used a transaction up.
            together = oneFails ? *transactions.begin() > before->value(0) + 1 : transactions.size() == 1;
        }
        QVERIFY(!deadline.hasExpired());
    }

    void whoLeavesTakesNobodyAlongPostgres()
    {
        Store store(databaseUrl(), 1);
        QVERIFY(await(taskOf(store.read(asked(ofTransaction, {1})))).value);
        HeldConnection held(store);
        std::stop_source leaves;
        const auto left = follow(taskOf(store.read(asked(ofTransaction, {1}), leaves.get_token())));
        const auto stays = follow(taskOf(store.read(asked(ofTransaction, {1}))));
        leaves.request_stop();
        held.release();
        TRY_VERIFY(left->over && stays->over);
        QCOMPARE(left->status(), 499);
        QCOMPARE(stays->status(), 200);
    }

    void aLostConnectionLosesNoneOfThemPostgres()
    {
        Store store(databaseUrl(), 1);
        QVERIFY(await(taskOf(store.read(asked(ofTransaction, {1})))).value);
        HeldConnection held(store);
        std::vector<std::shared_ptr<Ending<QList<qint64>>>> endings;
        for (int i = 0; i < 5; ++i)
            endings.push_back(follow(taskOf(store.read(asked(ofTransaction, {1})))));
        QVERIFY(m_postgres->terminateBackends() > 0);
        held.release();
        for (const auto &ending : endings) {
            TRY_VERIFY(ending->over);
            QCOMPARE(ending->status(), 200);
        }
    }

private:
    // One database for each row, with the tables in it.
    QString databaseUrl()
    {
        m_database = u"together_%1"_s.arg(++m_made);
        const QString url = m_postgres->databaseUrl(m_database);
        const Store store(url, 1);
        return url;
    }

    QString m_database;
    int m_made = 0;
};

QTEST_GUILESS_MAIN(TestStoreTogether)
#include "test_store_together.moc"
