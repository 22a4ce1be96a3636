// SPDX-License-Identifier: GPL-3.0-or-later
// The store on both databases: what it answers, how it bounds its work, and what survives.
#include "common/start_failure.h"
#include "server/store/sql_connection.h"
#include "server/store/store.h"
#include "tests/server/store/held_connection.h"
#include "tests/server/store/refusal.h"
#include "tests/support/ending.h"
#include "tests/support/patience.h"
#include "tests/support/peers/peers.h"
#include "tests/support/peers/postgres.h"
#include "tests/support/rows.h"
#include "tests/support/slow_database.h"

#include <QDeadlineTimer>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <set>
#include <thread>

using namespace openloop;
using namespace openloop::test;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

qint64 countTodos(SqlConnection &sql)
{
    const auto number = [](const QSqlQuery &row) { return row.value(0).toLongLong(); };
    return sql.select(u"SELECT count(*) FROM todos"_s, {}, number).first();
}

/// Asks again as long as another has the file, which has no event; its refusal when that takes too long.
std::unique_ptr<Store> startedInTurn(const QString &url)
{
    for (const QDeadlineTimer deadline(patience);;) {
        try {
            return std::make_unique<Store>(url, 1);
        } catch (const StartFailure &failure) {
            if (!failure.line().contains(u"another server"_s) || deadline.hasExpired())
                throw;
            std::this_thread::yield();
        }
    }
}

} // namespace

class TestStore : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { m_postgres = Postgres::unlessLeftOut(); }

    void theFirstStartSeedsTwoHundredTodos_data() { databases(); }
    void theFirstStartSeedsTwoHundredTodos()
    {
        Store store(url(), 2);
        const auto all = await(store.todos({.userId = {}, .completed = {}, .limit = 1000}, {}));
        QCOMPARE(all.status(), 200);
        QCOMPARE(all.value->size(), 200);
        std::set<QString> titles;
        for (qsizetype i = 0; i < all.value->size(); ++i) {
            const Todo &todo = all.value->at(i);
            QCOMPARE(todo.id, i + 1);
            QCOMPARE(todo.userId, i / 20 + 1);
            QVERIFY(!todo.title.isEmpty());
            titles.insert(todo.title);
        }
        QCOMPARE(titles.size(), size_t(200));
        QVERIFY(store.ready());
        QCOMPARE(store.state(), u"ok"_s);
    }

    void aSecondStartAddsNothing_data() { databases(); }
    void aSecondStartAddsNothing()
    {
        if (url().endsWith(u":memory:"_s))
            QSKIP("the database ends with its store");
        {
            const Store first(url(), 1);
        }
        Store second(url(), 1);
        QCOMPARE(await(taskOf(second.read(countTodos))).value, 200);
    }

    void filtersAndLimitNarrowTheAnswer_data() { databases(); }
    void filtersAndLimitNarrowTheAnswer()
    {
        Store store(url(), 2);
        QCOMPARE(await(store.todos({}, {})).got().size(), 100);
        const auto ofUser = await(store.todos({.userId = 3, .completed = {}, .limit = 100}, {})).got();
        QCOMPARE(ofUser.size(), 20);
        QCOMPARE(ofUser.first().id, 41);
        const auto done = await(store.todos({.userId = 3, .completed = true, .limit = 100}, {})).got();
        const auto open = await(store.todos({.userId = 3, .completed = false, .limit = 100}, {})).got();
        QCOMPARE(done.size() + open.size(), 20);
        QVERIFY(std::ranges::all_of(done, &Todo::completed));
        QVERIFY(std::ranges::none_of(open, &Todo::completed));
        QCOMPARE(await(store.todos({.userId = {}, .completed = {}, .limit = 7}, {})).got().value(6).id, 7);
        QVERIFY(await(store.todos({.userId = -5, .completed = {}, .limit = 7}, {})).got().isEmpty());
        QVERIFY(await(store.todos({.userId = {}, .completed = {}, .limit = 0}, {})).got().isEmpty());
    }

    void aThousandQueriesAtOnceAreAllAnswered_data() { databases(); }
    void aThousandQueriesAtOnceAreAllAnswered()
    {
        Store store(url(), 4, {.timeout = longest});
        std::vector<std::shared_ptr<Ending<QList<Todo>>>> endings;
        for (int i = 0; i < 1000; ++i)
            endings.push_back(follow(store.todos({.userId = i % 10 + 1, .completed = {}, .limit = 100}, {})));
        for (size_t i = 0; i < endings.size(); ++i) {
            TRY_VERIFY(endings[i]->over);
            QCOMPARE(endings[i]->status(), 200);
            QCOMPARE(endings[i]->value->size(), 20);
            QCOMPARE(endings[i]->value->first().userId, qint64(i % 10 + 1));
        }
    }

    void aWriteIsSeenByTheNextRead_data() { databases(); }
    void aWriteIsSeenByTheNextRead()
    {
        Store store(url(), 3);
        const auto rename = [](SqlConnection &sql) {
            return sql.change(u"UPDATE todos SET title = ? WHERE id = 9"_s, {u"l'été; \"naïf\" — 数"_s});
        };
        QCOMPARE(await(taskOf(store.write(rename))).value, 1);
        QCOMPARE(await(store.todos({}, {})).got().value(8).title, u"l'été; \"naïf\" — 数"_s);
    }

    void aWriteThatFailsLeavesNothingBehind_data() { databases(); }
    void aWriteThatFailsLeavesNothingBehind()
    {
        Store store(url(), 2);
        const auto half = [](SqlConnection &sql) {
            sql.change(u"DELETE FROM todos WHERE id = 200"_s);
            throw http::Failure::unprocessable(u"n"_s, u"is not wanted"_s);
        };
        QCOMPARE(await(taskOf(store.write(half))).status(), 422);
        QCOMPARE(await(taskOf(store.read(countTodos))).value, 200);
    }

    void aWrongStatementIsABugAndTheNextOneWorks_data() { databases(); }
    void aWrongStatementIsABugAndTheNextOneWorks()
    {
        Store store(url(), 1);
        const auto wrong = [](SqlConnection &sql) { return sql.change(u"SELECT nonsense FROM todos"_s); };
        QTest::ignoreMessage(QtCriticalMsg, QRegularExpression(u"nonsense"_s));
        const auto ending = await(taskOf(store.read(wrong)));
        QCOMPARE(ending.status(), 500);
        QVERIFY(!ending.failure->detail().contains(u"nonsense"_s)); // it is for the log
        QVERIFY(ending.failure->cause().contains(u"nonsense"_s));
        QCOMPARE(await(taskOf(store.read(countTodos))).value, 200);
    }

    void theDeadlineEndsASlowQuery_data() { databases(); }
    void theDeadlineEndsASlowQuery()
    {
        Store store(url(), 1, {.timeout = 500ms, .waiting = 10});
        QCOMPARE(await(sleepInDatabase(store, 60s)).status(), 504); // awaited for less than it would take
        TRY_COMPARE(await(taskOf(store.read(countTodos))).value, 200); // the thread is free again
    }

    void aFullQueueRefusesWithRetryAfter_data() { databases(); }
    void aFullQueueRefusesWithRetryAfter()
    {
        Store store(url(), 1, {.timeout = longest, .waiting = 2});
        HeldConnection held(store);
        std::stop_source leaving;
        std::vector<std::shared_ptr<Ending<qint64>>> endings;
        for (int i = 0; i < 8; ++i)
            endings.push_back(follow(taskOf(store.read(countTodos, leaving.get_token()))));
        TRY_VERIFY(endings.back()->over);
        QCOMPARE(endings.back()->status(), 503);
        QVERIFY(endings.back()->failure->retryAfter().has_value());
        leaving.request_stop(); // those who left give their places back
        TRY_COMPARE(endings.front()->over, true);
        const auto next = follow(taskOf(store.read(countTodos)));
        held.release();
        TRY_VERIFY(next->over);
        QCOMPARE(next->status(), 200);
    }

    void workWhoseClientLeftIsNotBegun_data() { databases(); }
    void workWhoseClientLeftIsNotBegun()
    {
        Store store(url(), 1, {.timeout = longest});
        HeldConnection held(store);
        std::atomic<bool> begun = false;
        std::stop_source client;
        const auto work = [&begun](SqlConnection &) { begun = true; };
        const auto ending = follow(taskOf(store.read(work, client.get_token())));
        client.request_stop();
        TRY_VERIFY(ending->over);
        QCOMPARE(ending->status(), 499);
        held.release();
        QCOMPARE(await(taskOf(store.read(countTodos))).value, 200); // it stood behind it
        QVERIFY(!begun);
    }

    void aStoreThatEndsAnswersWhoeverWaits_data() { databases(); }
    void aStoreThatEndsAnswersWhoeverWaits()
    {
        std::vector<QFuture<qint64>> waiting;
        QFuture<void> slow;
        {
            Store store(url(), 1);
            slow = store.read([](SqlConnection &sql) {
                if (sql.dialect() == SqlDialect::Postgres)
                    return sql.command(u"SELECT pg_sleep(20)"_s);
                sql.command(u"WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 2000000000) "
                            "SELECT max(x) FROM c"_s);
            });
            for (int i = 0; i < 5; ++i)
                waiting.push_back(store.read(countTodos));
        }
        QVERIFY(slow.isFinished());
        for (QFuture<qint64> &future : waiting) {
            QVERIFY(future.isFinished());
            QVERIFY_EXCEPTION_THROWN(future.waitForFinished(), http::Failure);
        }
    }

    void processesThatStartAtOnceShareOneSchema_data() { databases(); }
    void processesThatStartAtOnceShareOneSchema()
    {
        if (url().endsWith(u":memory:"_s))
            QSKIP("the database ends with its store");
        // Threads stand for processes: the databases know no difference, as every store has its own connections. A file
        // is used by one after the other.
        std::vector<std::jthread> starters;
        std::atomic<int> right = 0;
        for (int i = 0; i < 6; ++i) {
            starters.emplace_back([&right, where = url()] {
                auto store = startedInTurn(where);
                QFuture<qint64> count = store->read(countTodos);
                right += count.result() == 200 ? 1 : 0;
            });
        }
        starters.clear();
        QCOMPARE(right, 6);
    }

    void tablesOfANewerProgramAreLeftAlone_data() { databases(); }
    void tablesOfANewerProgramAreLeftAlone()
    {
        if (url().endsWith(u":memory:"_s))
            QSKIP("the database ends with its store");
        const auto add = [](SqlConnection &sql) {
            return sql.change(u"INSERT INTO schema_history (name) VALUES ('999-more.sql')"_s);
        };
        const auto need = [](SqlConnection &sql) {
            return sql.change(u"INSERT INTO schema_needs (name) VALUES ('999-more.sql')"_s);
        };
        QCOMPARE(Store(url(), 1).write(add).result(), 1);
        QCOMPARE(Store(url(), 1).write(need).result(), 1); // what was only added is no hindrance
        const QString refusal = refusalOf([this] { const Store store(url(), 1); });
        QVERIFY2(refusal.contains(u"999-more.sql"_s), qPrintable(refusal));
        QVERIFY(!refusal.contains(u'\n'));
    }

    void aDatabaseThatCannotBeUsedStopsTheStart_data()
    {
        rows<QString>({"databaseUrl"},
                      {
                          {"unknown scheme", u"mysql://root@localhost/x"_s},
                          {"no database name", u"postgresql://root@localhost"_s},
                          {"a folder", u"sqlite:"_s + m_folder.path()},
                          {"no such folder", u"sqlite:"_s + m_folder.filePath(u"none/x.sqlite"_s)},
                          {"nobody listens", u"postgresql://root@127.0.0.1:1/x"_s},
                      });
    }
    void aDatabaseThatCannotBeUsedStopsTheStart()
    {
        QFETCH(QString, databaseUrl);
        const QString refusal = refusalOf([&databaseUrl] { const Store store(databaseUrl, 2); });
        QVERIFY(!refusal.isEmpty());
        QVERIFY(!refusal.contains(u'\n'));
    }

private:
    void databases() const
    {
        QTest::addColumn<bool>("unused");
        QTest::newRow("file") << true;
        QTest::newRow("memory") << true;
        if (m_postgres)
            QTest::newRow("postgres") << true;
    }

    /// A database for this row of this test, empty at first.
    QString url()
    {
        const QByteArray row = QTest::currentDataTag();
        const QString name = QString::fromLatin1(QTest::currentTestFunction()).toLower();
        if (row == "memory")
            return u"sqlite::memory:"_s;
        return row == "file" ? u"sqlite:"_s + m_folder.filePath(name) : m_postgres->databaseUrl(name);
    }

    QTemporaryDir m_folder;
    std::unique_ptr<Postgres> m_postgres;
};

QTEST_GUILESS_MAIN(TestStore)
#include "test_store.moc"
