// SPDX-License-Identifier: GPL-3.0-or-later
// Which errors end a connection, when it is opened again, and that several hosts lead to the one that takes writes.
#include "server/store/reconnect.h"
#include "server/store/sql_connection.h"
#include "server/store/store.h"
#include "tests/support/ending.h"
#include "tests/support/patience.h"
#include "tests/support/peers/own_connection.h"
#include "tests/support/peers/peers.h"
#include "tests/support/peers/postgres.h"

#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include <future>
#include <optional>
#include <set>

using namespace openloop;
using namespace openloop::test;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

int lengthenTheFirst(SqlConnection &sql)
{
    return sql.change(u"UPDATE todos SET title = title || '!' WHERE id = 1"_s);
}

qint64 numberOf(SqlConnection &sql, const QString &query)
{
    const auto number = [](const QSqlQuery &row) { return row.value(0).toLongLong(); };
    return sql.select(query, {}, number).value(0);
}

QString titleOfTheFirst(SqlConnection &sql)
{
    const auto text = [](const QSqlQuery &row) { return row.value(0).toString(); };
    return sql.select(u"SELECT title FROM todos WHERE id = 1"_s, {}, text).value(0);
}

/// Of a standby, which may not have the table yet.
QString titleIfAny(SqlConnection &sql)
{
    try {
        return titleOfTheFirst(sql);
    } catch (const SqlError &) {
        return {};
    }
}

/// A server that takes no writes from now on, as one that was demoted.
void demote(const QString &url)
{
    OwnConnection sql(url);
    sql.command(u"ALTER SYSTEM SET default_transaction_read_only = on"_s);
    sql.command(u"SELECT pg_reload_conf()"_s);
}

} // namespace

class TestStoreReconnect : public QObject
{
    Q_OBJECT

private slots:
    void init() { skipWithoutPeers("Postgres"); }

    void anErrorOfPostgresSaysWhatIsToBeDone_data()
    {
        QTest::addColumn<SqlTrouble>("trouble");
        for (const char *code : {"", "08000", "08003", "08006", "08P01", "57P01", "57P02", "57P03", "25P03", "25006"})
            QTest::newRow(qPrintable(u"lost "_s + QLatin1String(code))) << SqlTrouble::Lost;
        for (const char *code : {"55P03", "40001", "40P01", "23505", "26000", "42P05", "0A000"})
            QTest::newRow(qPrintable(u"busy "_s + QLatin1String(code))) << SqlTrouble::Busy;
        QTest::newRow("too long 57014") << SqlTrouble::TimedOut;
        for (const char *code : {"53300", "53100", "58030", "XX000", "42501", "42P01", "42883", "3F000"})
            QTest::newRow(qPrintable(u"unusable "_s + QLatin1String(code))) << SqlTrouble::Unusable;
        for (const char *code : {"42601", "42703", "23502", "22P02", "25P02", "57000"})
            QTest::newRow(qPrintable(u"bug "_s + QLatin1String(code))) << SqlTrouble::Bug;
    }
    void anErrorOfPostgresSaysWhatIsToBeDone()
    {
        const QString code = QString::fromLatin1(QTest::currentDataTag()).section(u' ', -1);
        QTEST(classify(SqlDialect::Postgres, QSqlError({}, {}, QSqlError::StatementError, code)), "trouble");
    }

    void theFirstTryIsAtOnceAndTheOthersAreSpread()
    {
        Reconnect reconnect;
        const Reconnect::Clock::time_point now{1h};
        for (int outage = 0; outage < 100; ++outage) {
            reconnect.lost(now);
            QVERIFY(reconnect.next() == now);
            auto range = Reconnect::shortest;
            for (int tries = 0; tries < 10; ++tries) {
                range = std::min(2 * range, Reconnect::longest);
                reconnect.lost(now);
                QVERIFY(reconnect.next() - now >= Reconnect::shortest);
                QVERIFY(reconnect.next() - now <= range);
            }
            reconnect.answered();
        }
        std::set<Reconnect::Clock::time_point> moments;
        for (int server = 0; server < 100; ++server) {
            Reconnect each;
            for (int tries = 0; tries < 7; ++tries)
                each.lost(now);
            moments.insert(each.next());
        }
        QVERIFY(moments.size() > 50);
    }

    // Qt opens it all the same, and refuses to ask without a word about why.
    void whatIsLostRightAfterTheLoginDoesNotAnswerThatThereIsNothing()
    {
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        connect(&server, &QTcpServer::newConnection, &server, [&server] {
            QTcpSocket *const socket = server.nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, socket, [socket] {
                if (!socket->readAll().contains("version()")) // AuthenticationOk, ReadyForQuery
                    socket->write(QByteArray("R\0\0\0\x8\0\0\0\0Z\0\0\0\x5I", 15));
                else
                    socket->close();
            });
        });
        const QString url =
            u"postgresql://u@127.0.0.1:%1/d?sslmode=disable&gssencmode=disable"_s.arg(server.serverPort());
        auto troubled = std::async(std::launch::async, [location = SqlLocation::parse(url)] {
            SqlConnection sql(location, SqlConnection::Role::Writes, 1s);
            try {
                sql.open();
                sql.message(u"SELECT 1"_s, [](const QSqlQuery &) { return true; });
            } catch (const SqlError &error) {
                return std::optional(error.trouble());
            }
            return std::optional<SqlTrouble>();
        });
        const auto isOver = [&] { return troubled.wait_for(0s) == std::future_status::ready; };
        TRY_VERIFY(isOver());
        QVERIFY(troubled.get() == SqlTrouble::Lost);
    }

    void aPostgresThatTakesNoWritesAnyMoreIsLeftForTheOneThatDoes()
    {
        Postgres first;
        Postgres second;
        const QString firstUrl = first.databaseUrl(u"data"_s);
        const QString secondUrl = second.databaseUrl(u"data"_s);
        QCOMPARE(await(Store(secondUrl, 1).todos({}, {})).status(), 200); // it has the tables
        Store store(
            u"postgresql://openloop@127.0.0.1:%1,127.0.0.1:%2/data?target_session_attrs=read-write"_s.arg(first.port())
                .arg(second.port()),
            2);
        const auto port = [](SqlConnection &sql) {
            lengthenTheFirst(sql);
            return numberOf(sql, u"SELECT inet_server_port()"_s);
        };
        QCOMPARE(await(taskOf(store.write(port))).value, first.port());
        demote(firstUrl);
        const auto moved = [&] { return await(taskOf(store.write(port))).value == second.port(); };
        TRY_VERIFY(moved()); // until it has read its settings again
    }

    void connectionsToPostgresAreOpenedWhenAllThatAreOpenAreBusy()
    {
        Postgres postgres;
        Store store(postgres.databaseUrl(u"data"_s), 4, {.timeout = 60s});
        OwnConnection other(postgres.databaseUrl(u"data"_s), SqlConnection::Role::Reads);
        const auto open = [&other] {
            return numberOf(other,
                            u"SELECT count(*) FROM pg_stat_activity WHERE datname = 'data' "
                            "AND pid <> pg_backend_pid()"_s);
        };
        QCOMPARE(open(), 1);
        other.command(u"SELECT pg_advisory_lock(1)"_s);
        const auto wait = [](SqlConnection &sql) { return numberOf(sql, u"SELECT 1 FROM pg_advisory_xact_lock(1)"_s); };
        std::vector<std::shared_ptr<Ending<qint64>>> waiting;
        for (int connections = 1; connections <= 4; ++connections) {
            waiting.push_back(follow(taskOf(store.read(wait))));
            TRY_COMPARE(open(), connections);
        }
        waiting.push_back(follow(taskOf(store.read(wait))));
        other.command(u"SELECT pg_advisory_unlock(1)"_s);
        for (const auto &each : waiting) {
            TRY_VERIFY(each->over);
            QCOMPARE(each->status(), 200);
        }
        QCOMPARE(open(), 4);
        QVERIFY(store.ready());
        postgres.stop();
        TRY_VERIFY(!store.ready());
        postgres.start();
        TRY_VERIFY(store.ready());
        TRY_COMPARE(await(store.todos({}, {})).status(), 200);
    }

    void afterAFailoverOfPostgresTheStandbyIsAskedAndWhatItNeverGotIsGone()
    {
        Postgres primary;
        primary.databaseUrl(u"data"_s);
        const QString hosts = u"postgresql://openloop@127.0.0.1:%1,127.0.0.1:%2/data?target_session_attrs=read-write"_s;
        const auto standby = Postgres::standbyOf(primary);
        Store store(hosts.arg(primary.port()).arg(standby->port()), 2);
        const QString before = await(taskOf(store.read(titleOfTheFirst))).got();
        QCOMPARE(await(taskOf(store.write(lengthenTheFirst))).value, 1);
        OwnConnection copy(standby->databaseUrl(u"data"_s), SqlConnection::Role::Reads);
        const auto hasArrived = [&] { return titleIfAny(copy) == before + u'!'; };
        TRY_VERIFY(hasArrived());

        standby->stopFollowing();
        QCOMPARE(await(taskOf(store.write(lengthenTheFirst))).value, 1); // which the standby does not get
        primary.kill();
        standby->promote();
        const auto answers = [&] { return await(taskOf(store.write(lengthenTheFirst))).status() == 200; };
        QVERIFY(QTest::qWaitFor(answers, patience)); // which asks no more once it is answered
        QCOMPARE(await(taskOf(store.read(titleOfTheFirst))).value.value_or(QString()), before + u"!!"_s);
        QVERIFY(store.ready());
    }

    void aPostgresThatTakesNoWritesIsNotAskedWithoutPause()
    {
        Postgres postgres;
        const QString url = postgres.databaseUrl(u"data"_s);
        constexpr auto deadline = 4s;
        Store store(url, 1, {.timeout = deadline, .waiting = 10});
        demote(url);
        std::atomic<int> tries = 0;
        const auto count = [&tries](SqlConnection &sql) {
            ++tries;
            return lengthenTheFirst(sql);
        };
        const auto refused = [&] {
            tries = 0;
            return await(taskOf(store.write(count))).status() != 200;
        };
        QVERIFY(QTest::qWaitFor(refused, patience)); // until it has read its settings again
        QVERIFY2(tries >= 2, qPrintable(QString::number(tries)));
        QVERIFY2(tries <= 2 + deadline / Reconnect::shortest, qPrintable(QString::number(tries)));
    }

    void aWriteThatAnotherWasFasterWithIsRepeatedOnPostgres()
    {
        Postgres postgres;
        Store store(postgres.databaseUrl(u"data"_s), 2);
        std::atomic<int> tries = 0;
        const auto insert = [&tries](SqlConnection &sql) {
            if (++tries == 1) // somebody has inserted it between a look and this
                sql.change(u"INSERT INTO schema_history (name) SELECT name FROM schema_history"_s);
            return numberOf(sql, u"SELECT count(*) FROM schema_history"_s);
        };
        QVERIFY(await(taskOf(store.write(insert))).value > 0);
        QCOMPARE(tries, 2);
    }

    void aTransactionThatStandsStillIsEndedByPostgres()
    {
        Postgres postgres;
        Store store(postgres.databaseUrl(u"data"_s), 2, {.timeout = 500ms, .waiting = 10});
        std::promise<void> ended;
        const auto standing = [ends = ended.get_future().share()](SqlConnection &sql) {
            lengthenTheFirst(sql);
            ends.wait(); // as a host that is frozen
        };
        const auto writing = follow(taskOf(store.write(standing)));
        const auto rowIsLocked = [&] { return await(taskOf(store.write(lengthenTheFirst))).status() != 200; };
        const auto rowIsFree = [&] { return !rowIsLocked(); };
        const bool becameFree = QTest::qWaitFor(rowIsFree, patience);
        ended.set_value();
        QVERIFY(becameFree);
        TRY_VERIFY(writing->over);
    }
};

QTEST_GUILESS_MAIN(TestStoreReconnect)
#include "test_store_reconnect.moc"
