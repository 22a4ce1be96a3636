// SPDX-License-Identifier: GPL-3.0-or-later
// What clients see while the database is killed, stopped, frozen, locked, full, read-only or corrupt.
#include "common/start_failure.h"
#include "server/store/sql_connection.h"
#include "server/store/store.h"
#include "tests/support/app_thread.h"
#include "tests/support/ending.h"
#include "tests/support/jobs/control.h"
#include "tests/support/patience.h"
#include "tests/support/peers/peers.h"
#include "tests/support/peers/postgres.h"
#include "tests/support/raw_client.h"
#include "tests/support/rows.h"
#include "tests/support/server_process.h"
#include "tests/support/slow_database.h"

#include <QFile>
#include <QScopeGuard>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <future>

#include <sys/fsuid.h>

using namespace openloop;
using namespace openloop::test;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

constexpr auto storeFarewell = 5s; // a second's grace and a connection that is being opened, however many there are

http::Json answerAtOnce(int &, const http::Request &)
{
    return {};
}

/// What clients that ask again and again were answered.
struct Asked {
    bool enough = false;
    int running = 0;
    int rows = 0;
    QMap<int, int> failures; // how many, by status
};

QCoro::Task<void> askAgainAndAgain(Store &store, Asked &asked)
{
    ++asked.running;
    while (!asked.enough) {
        try {
            const QList<Todo> todos = co_await store.todos({}, {});
            asked.rows += todos.size() == 100 ? 1 : 0;
        } catch (const http::Failure &failure) {
            ++asked.failures[failure.status()];
        }
    }
    --asked.running;
}

QString titleOfTheFirst(SqlConnection &sql)
{
    const auto text = [](const QSqlQuery &row) { return row.value(0).toString(); };
    return sql.select(u"SELECT title FROM todos WHERE id = 1"_s, {}, text).first();
}

int lengthenTheFirst(SqlConnection &sql)
{
    return sql.change(u"UPDATE todos SET title = title || '!' WHERE id = 1"_s);
}

void lengthenTheFirstSlowly(SqlConnection &sql)
{
    lengthenTheFirst(sql);
    sql.command(u"SELECT pg_sleep(1.5)"_s);
}

int fillTheDisk(SqlConnection &sql)
{
    sql.command(u"PRAGMA max_page_count = 1"_s); // no fewer than there are: the next page is one too many
    return sql.change(u"UPDATE todos SET title = ? WHERE id = 1"_s, {QString(100'000, u'x')});
}

/// Another program's connection.
SqlLocation locationOf(const QString &path)
{
    return SqlLocation::parse(u"sqlite:"_s + path);
}

} // namespace

class TestStoreFaults : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { m_postgres = Postgres::unlessLeftOut(); }
    void init()
    {
        m_file = m_folder.filePath(QString::fromLatin1(QTest::currentTestFunction()));
        skipWithoutPeers("Postgres");
    }

    void killedPostgresBackendsFailNoRead()
    {
        Store store(databaseUrl(), 4);
        Asked asked;
        for (int client = 0; client < 16; ++client)
            askAgainAndAgain(store, asked);
        int killed = 0; // of those that are connected at the moment: one to four
        for (int round = 0; killed < 12 && round < 60; ++round) {
            const int before = asked.rows;
            killed += m_postgres->terminateBackends();
            TRY_VERIFY(asked.rows > before + 200);
        }
        finish(asked);
        QVERIFY2(killed >= 12, qPrintable(QString::number(killed)));
        QVERIFY(asked.failures.isEmpty());
    }

    void aPostgresBackendKilledWithinATransactionIsNoLoss()
    {
        Store store(databaseUrl(), 2);
        const QString before = await(taskOf(store.read(titleOfTheFirst))).got();
        const auto writing = follow(taskOf(store.write(lengthenTheFirstSlowly)));
        QVERIFY(m_postgres->waitForLasting("SELECT"));
        m_postgres->terminateBackends();
        TRY_VERIFY(writing->over);
        QCOMPARE(writing->status(), 200);
        QCOMPARE(await(taskOf(store.read(titleOfTheFirst))).value, before + u'!'); // once, not twice
    }

    // How long PostgreSQL takes to be back is the machine's: who asks waits for as long.
    void aPostgresRestartFailsNothing()
    {
        Store store(databaseUrl(), 4, {.timeout = longest, .absence = longest});
        Asked asked;
        for (int client = 0; client < 16; ++client)
            askAgainAndAgain(store, asked);
        TRY_VERIFY(asked.rows > 100);
        m_postgres->stop();
        TRY_VERIFY(!store.ready());
        m_postgres->start();
        const int before = asked.rows;
        TRY_VERIFY(asked.rows > before + 200);
        finish(asked);
        QVERIFY(asked.failures.isEmpty());
    }

    void anAbsentPostgresIsOnlyEverUnavailableAndSoonBack()
    {
        // Who asks waits for that long; what a slow machine takes for one query is not to be as long.
        Store store(databaseUrl(), 4, {.timeout = longest / 4, .waiting = 1024});
        Asked asked;
        for (int client = 0; client < 4; ++client)
            askAgainAndAgain(store, asked);
        TRY_VERIFY(asked.rows > 100);
        m_postgres->stop();
        TRY_VERIFY(!store.ready());
        QCOMPARE(store.state(), u"the database is away"_s);
        asked.enough = true;
        TRY_COMPARE(asked.running, 0);
        TRY_COMPARE(refusedAtOnce(store), true);

        m_postgres->start();
        TRY_VERIFY(store.ready());
        TRY_COMPARE(await(store.todos({}, {})).status(), 200);
        QCOMPARE(asked.failures.keys(), QList<int>{503});
    }

    void aFrozenPostgresBackendIsLeftAtTheDeadlineAndItsThreadIsFreeASecondLater()
    {
        const Control control(m_idle.port());
        Store store(databaseUrl(), 1, {.timeout = 3s, .waiting = 10});
        QElapsedTimer clock;
        clock.start();
        QCOMPARE(await(sleepInDatabase(store, 60s)).status(), 504); // of one that is not frozen
        const std::chrono::milliseconds usual(clock.elapsed());
        TRY_COMPARE(await(store.todos({}, {})).status(), 200);
        clock.start();
        const auto frozen = follow(sleepInDatabase(store, 2900ms));
        QVERIFY(m_postgres->waitForLasting("SELECT"));
        QVERIFY(m_postgres->freezeBackends() > 0);
        TRY_VERIFY(frozen->over);
        QCOMPARE(frozen->status(), 504);
        QVERIFY2(clock.elapsed() * 1ms < control.longest(2 * usual), qPrintable(QString::number(clock.elapsed())));
        TRY_COMPARE(await(store.todos({}, {})).status(), 200);
        QVERIFY2(clock.elapsed() * 1ms < control.longest(2 * usual), qPrintable(QString::number(clock.elapsed())));
        m_postgres->thawBackends();
    }

    void aStoreOnAFrozenPostgresEnds()
    {
        const Control control(m_idle.port());
        QElapsedTimer clock;
        std::shared_ptr<Ending<void>> frozen;
        {
            Store store(databaseUrl(), 1);
            frozen = follow(sleepInDatabase(store, 60s));
            QVERIFY(m_postgres->waitForLasting("SELECT"));
            QVERIFY(m_postgres->freezeBackends() > 0);
            clock.start();
        }
        QVERIFY2(clock.elapsed() * 1ms < control.longest(storeFarewell), qPrintable(QString::number(clock.elapsed())));
        TRY_COMPARE(frozen->status(), 503);
        m_postgres->thawBackends();
    }

    void aPostgresFrozenWhileIdleIsNoticedWithinTheDeadline()
    {
        constexpr auto deadline = 5s; // of the store, by default
        const Control control(m_idle.port());
        Store store(databaseUrl(), 4);
        QVERIFY(store.ready());
        QElapsedTimer clock;
        clock.start();
        m_postgres->freeze();
        const auto isAway = [&store] { return !store.ready(); };
        const bool noticed = QTest::qWaitFor(isAway, patience);
        const auto took = clock.elapsed() * 1ms;
        const auto isBack = [&store] { return store.ready(); };
        m_postgres->thaw();
        QVERIFY(noticed);
        QVERIFY2(took < control.longest(deadline), qPrintable(QString::number(took.count())));
        QVERIFY(QTest::qWaitFor(isBack, 60'000));
        TRY_COMPARE(await(store.todos({}, {})).status(), 200);
    }

    void aStoreOnAPostgresFrozenWhileIdleEnds_data()
    {
        rows<bool>({"noticed"}, {{"at once", false}, {"when it is known to be away", true}});
    }
    void aStoreOnAPostgresFrozenWhileIdleEnds()
    {
        QFETCH(bool, noticed);
        auto store = std::make_unique<Store>(databaseUrl(), 8);
        m_postgres->freeze();
        const auto isAway = [&store] { return !store->ready(); };
        const bool isNoticed = !noticed || QTest::qWaitFor(isAway, 60'000);
        const Thaw atTheEnd{*m_postgres};
        const Control control(m_idle.port());
        QElapsedTimer clock;
        clock.start();
        store.reset();
        QVERIFY(isNoticed);
        QVERIFY2(clock.elapsed() * 1ms < control.longest(storeFarewell), qPrintable(QString::number(clock.elapsed())));
    }

    // By exit code 0: one that does not end in its time is ended by force, and by another (see Program).
    void aServerOnAPostgresFrozenWhileIdleEndsInTime()
    {
        ServerProcess server(QStringLiteral(TEST_SERVER), {u"--database"_s, databaseUrl()});
        QVERIFY(server.waitUntilReady());
        m_postgres->freeze();
        const Thaw atTheEnd{*m_postgres};
        const auto isAway = [&server] {
            return RawClient(server.port()).get("/readyz").value_or(Answer()).status == 503;
        };
        QVERIFY(QTest::qWaitFor(isAway, 60'000));
        QCOMPARE(server.stop(), 0);
    }

    void whatPostgresAcknowledgedSurvivesItsKilling()
    {
        Store store(databaseUrl(), 2);
        const QString before = await(taskOf(store.read(titleOfTheFirst))).got();
        QCOMPARE(await(taskOf(store.write(lengthenTheFirst))).value, 1);
        m_postgres->kill();
        m_postgres->start();
        TRY_COMPARE(await(taskOf(store.read(titleOfTheFirst))).value, before + u'!');
    }

    void aSecondWriterOfTheSqliteFileIsWaitedFor()
    {
        Store store(u"sqlite:"_s + m_file, 2, {.timeout = longest});
        SqlConnection other(locationOf(m_file), SqlConnection::Role::Writes, longest);
        other.open();
        other.begin();
        const auto writing = follow(taskOf(store.write(lengthenTheFirst)));
        QCOMPARE(await(store.todos({}, {})).status(), 200); // readers do not wait
        QVERIFY(!writing->over);
        lengthenTheFirst(other);
        other.commit();
        TRY_COMPARE(writing->status(), 200);
        QVERIFY(await(taskOf(store.read(titleOfTheFirst))).got().endsWith(u"!!"_s));
    }

    void aSecondWriterThatNeverEndsIsADeadlineAndNothingWorse()
    {
        Store store(u"sqlite:"_s + m_file, 2, {.timeout = 500ms, .waiting = 10});
        SqlConnection other(locationOf(m_file), SqlConnection::Role::Writes, 5s);
        other.open();
        other.begin();
        QCOMPARE(await(taskOf(store.write(lengthenTheFirst))).status(), 504);
        other.rollback();
        TRY_COMPARE(await(taskOf(store.write(lengthenTheFirst))).status(), 200);
    }

    void aFullDiskIsUnavailableAndPasses()
    {
        Store store(u"sqlite:"_s + m_file, 1);
        QCOMPARE(await(taskOf(store.write(fillTheDisk))).status(), 503);
        QCOMPARE(await(store.todos({}, {})).status(), 200);
        QCOMPARE(await(taskOf(store.write(lengthenTheFirst))).status(), 200);
    }

    // A full disk does not hinder who reads.
    void whatCanBeReadIsNotTakenForWhatCanBeWritten()
    {
        struct Gate {
            std::atomic<bool> isReached = false;
            std::promise<void> opened;
        };
        Store store(u"sqlite:"_s + m_file, 2, {.timeout = longest});
        std::shared_ptr<Gate> gate;
        const auto open = qScopeGuard([&] { gate->opened.set_value(); }); // before the store goes
        const auto keepsTheWriterWhenItHasFailed = [&] { // which looks at the file itself, if it has the time
            if (gate)
                gate->opened.set_value();
            gate = std::make_shared<Gate>();
            const auto full = follow(taskOf(store.write(fillTheDisk)));
            follow(taskOf(store.write([gate](SqlConnection &) {
                gate->isReached = true;
                gate->opened.get_future().wait();
            })));
            return QTest::qWaitFor([&] { return full->over && gate->isReached; }, patience) && !store.ready();
        };
        TRY_VERIFY(keepsTheWriterWhenItHasFailed());
        for (int i = 0; i < 20; ++i)
            QCOMPARE(await(store.todos({}, {})).status(), 200);
        QVERIFY(!store.ready());
    }

    void aCorruptSqliteFileStopsTheStart()
    {
        QFile file(m_file);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray("no database ").repeated(1000));
        file.close();
        QVERIFY_EXCEPTION_THROWN(Store(u"sqlite:"_s + m_file, 1), StartFailure);
    }

    void aSqliteFileCorruptedLaterIsUnavailableUntilRepaired()
    {
        {
            const Store store(u"sqlite:"_s + m_file, 1);
        }
        emptyTheLog();
        Store store(u"sqlite:"_s + m_file, 1);
        QFile file(m_file);
        QVERIFY(file.open(QIODevice::ReadWrite | QIODevice::Unbuffered));
        const QByteArray good = file.readAll();
        constexpr int page = 4096;
        file.seek(page);
        file.write(QByteArray(good.size() - page, '\xff'));
        QCOMPARE(await(store.todos({}, {})).status(), 503);
        file.seek(0);
        file.write(good);
        TRY_COMPARE(await(store.todos({}, {})).status(), 200);
    }

    void aReadOnlySqliteFileStopsTheStart()
    {
        {
            const Store store(u"sqlite:"_s + m_file, 1);
        }
        const auto all = [](QFile::Permission owner) { // the group of who is as nobody is still root's
            return QFile::Permissions(owner) | QFile::Permission(owner >> 8) | QFile::Permission(owner >> 12);
        };
        const auto readable = all(QFile::ReadOwner);
        QVERIFY(QFile::setPermissions(m_file, readable));
        QVERIFY(QFile::setPermissions(m_file + u".lock"_s, readable | all(QFile::WriteOwner)));
        QVERIFY(QFile::setPermissions(m_folder.path(), QFile::permissions(m_folder.path()) | all(QFile::ExeOwner)));
        QString said;
        try {
            const AsNobody nobody;
            const Store store(u"sqlite:"_s + m_file, 1);
        } catch (const StartFailure &failure) {
            said = QString::fromUtf8(failure.what());
        }
        QVERIFY2(said.contains(u"read-only"_s) || said.contains(u"readonly"_s), qPrintable(said));
    }

private:
    /// All that was written is in the file itself, whichever connection was the last to be closed.
    void emptyTheLog() const
    {
        {
            auto database = QSqlDatabase::addDatabase(u"QSQLITE"_s, u"checkpoint"_s);
            database.setDatabaseName(m_file);
            QVERIFY(database.open());
            QVERIFY(QSqlQuery(database).exec(u"PRAGMA wal_checkpoint(TRUNCATE)"_s));
        }
        QSqlDatabase::removeDatabase(u"checkpoint"_s);
    }

    /// Root may write anywhere: this thread, and those that it starts, access files as somebody else.
    struct AsNobody {
        AsNobody() { ::setfsuid(65534); }
        ~AsNobody() { ::setfsuid(::geteuid()); }
    };

    QString databaseUrl()
    {
        return m_postgres->databaseUrl(QString::fromLatin1(QTest::currentTestFunction()).toLower().left(60));
    }

    /// However the test ends.
    struct Thaw {
        Postgres &postgres;
        ~Thaw() { postgres.thaw(); }
    };

    static bool refusedAtOnce(Store &store)
    {
        QElapsedTimer clock;
        clock.start();
        return await(store.todos({}, {})).status() == 503 && clock.elapsed() < 500; // of a deadline of a second
    }

    static void finish(Asked &asked)
    {
        asked.enough = true;
        TRY_COMPARE(asked.running, 0);
    }

    /// Has nothing to do with a database: tells what this machine makes of a promise in seconds.
    AppThread m_idle{{}, [](http::App &app) {
                         static int none = 0;
                         app.route("GET", u"/health"_s, none, answerAtOnce);
                     }};
    QTemporaryDir m_folder;
    QString m_file;
    std::unique_ptr<Postgres> m_postgres;
};

QTEST_GUILESS_MAIN(TestStoreFaults)
#include "test_store_faults.moc"
