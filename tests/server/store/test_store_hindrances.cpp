// SPDX-License-Identifier: GPL-3.0-or-later
// A PostgreSQL that answers and yet can't be used: /readyz says why, nothing is ever a 500, and it heals by itself.
#include "tests/support/jobs/job_client.h"
#include "tests/support/patience.h"
#include "tests/support/peers/own_connection.h"
#include "tests/support/peers/peers.h"
#include "tests/support/peers/postgres.h"
#include "tests/support/server_process.h"

#include <QJsonDocument>
#include <QTest>

#include <algorithm>
#include <optional>

using namespace openloop;
using namespace openloop::test;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

class TestStoreHindrances : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void init();
    void whatHindersIsToldAndMended_data();
    void whatHindersIsToldAndMended();
    void aLoginThatIsRefusedIsNotTriedWithoutPause();
    void whatItSaysBesideItsAnswersIsALineOfTheLog();

private:
    void administrate(const QString &database, const QStringList &commands) const;
    QString url() const
    {
        return u"postgresql://plain@127.0.0.1:%1/%2"_s.arg(QString::number(m_postgres->port()), m_name);
    }
    static Answer readiness(const ServerProcess &server)
    {
        return RawClient(server.port()).get("/readyz").value_or(Answer());
    }

    std::unique_ptr<Postgres> m_postgres;
    QString m_name;
};

void TestStoreHindrances::initTestCase()
{
    if (peersAreLeftOut())
        QSKIP("PostgreSQL is left out here");
    m_postgres = std::make_unique<Postgres>(QStringList{u"log_connections=on"_s});
}

// Each has a database and a role of its own.
void TestStoreHindrances::init()
{
    static int tests = 0;
    m_name = u"hindered%1"_s.arg(++tests);
    administrate(u"postgres"_s,
                 {tests == 1 ? u"CREATE ROLE plain LOGIN"_s : u"ALTER ROLE plain LOGIN"_s,
                  u"CREATE DATABASE %1 OWNER plain"_s.arg(m_name)});
    administrate(m_name, {u"ALTER SCHEMA public OWNER TO plain"_s});
}

void TestStoreHindrances::administrate(const QString &database, const QStringList &commands) const
{
    OwnConnection sql(u"postgresql://openloop@127.0.0.1:%1/%2"_s.arg(QString::number(m_postgres->port()), database));
    for (const QString &command : commands)
        sql.command(command);
}

// %1: the database's name. What is done to it is done from within, or, where it begins with a '!', from another.
void TestStoreHindrances::whatHindersIsToldAndMended_data()
{
    QTest::addColumn<QStringList>("harm");
    QTest::addColumn<QStringList>("mending");
    QTest::addColumn<QByteArray>("words"); // none: it is mended by the service itself
    const QString end =
        u"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%1' AND usename = 'plain'"_s;
    QTest::newRow("read-only") << QStringList{u"ALTER DATABASE %1 SET default_transaction_read_only = on"_s, end}
                               << QStringList{u"!ALTER DATABASE %1 RESET default_transaction_read_only"_s}
                               << QByteArray("database: the database is read-only");
    QTest::newRow("rights revoked") << QStringList{u"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM plain"_s}
                                    << QStringList{u"GRANT ALL ON ALL TABLES IN SCHEMA public TO plain"_s}
                                    << QByteArray("rights were revoked");
    QTest::newRow("one right revoked") << QStringList{u"REVOKE INSERT ON tasks FROM plain"_s}
                                       << QStringList{u"GRANT INSERT ON tasks TO plain"_s}
                                       << QByteArray("rights were revoked");
    QTest::newRow("table dropped") << QStringList{u"ALTER TABLE tasks RENAME TO away"_s}
                                   << QStringList{u"ALTER TABLE away RENAME TO tasks"_s}
                                   << QByteArray("tables are missing");
    QTest::newRow("some tables dropped") << QStringList{u"ALTER TABLE schema_history RENAME TO away"_s,
                                                        u"ALTER TABLE tasks RENAME TO elsewhere"_s}
                                         << QStringList{u"ALTER TABLE away RENAME TO schema_history"_s,
                                                        u"ALTER TABLE elsewhere RENAME TO tasks"_s}
                                         << QByteArray("tables are missing");
    QTest::newRow("schema made again") << QStringList{u"DROP SCHEMA public CASCADE"_s, u"CREATE SCHEMA public"_s,
                                                      u"ALTER SCHEMA public OWNER TO plain"_s}
                                       << QStringList() << QByteArray();
    QTest::newRow("database made again") << QStringList{u"!DROP DATABASE %1 WITH (FORCE)"_s,
                                                        u"!CREATE DATABASE %1 OWNER plain"_s}
                                         << QStringList() << QByteArray();
    QTest::newRow("database dropped") << QStringList{u"!DROP DATABASE %1 WITH (FORCE)"_s}
                                      << QStringList{u"!CREATE DATABASE %1 OWNER plain"_s}
                                      << QByteArray("database: the database does not exist");
    QTest::newRow("login refused") << QStringList{u"ALTER ROLE plain NOLOGIN"_s, end}
                                   << QStringList{u"ALTER ROLE plain LOGIN"_s} << QByteArray("refuses the login");
}

void TestStoreHindrances::whatHindersIsToldAndMended()
{
    QFETCH(const QStringList, harm);
    QFETCH(const QStringList, mending);
    QFETCH(const QByteArray, words);
    const auto perform = [this](const QStringList &commands) {
        for (QString command : commands) {
            command.replace(u"%1"_s, m_name);
            const bool within = !command.startsWith(u'!');
            administrate(within ? m_name : u"postgres"_s, {within ? command : command.sliced(1)});
        }
    };
    ServerProcess server(QStringLiteral(OPENLOOP_SERVER), {u"--database"_s, url(), u"--heartbeat"_s, u"0.5"_s});
    QVERIFY(server.waitUntilReady());
    QVERIFY(!accept(server.port(), "1009").isEmpty());

    perform(harm);
    if (!words.isEmpty()) {
        const auto isTold = [&] {
            const Answer answer = readiness(server);
            return answer.status == 503 && answer.body.contains(words);
        };
        TRY_VERIFY2(isTold(), readiness(server).body.constData()); // though nobody asks
        for (const char *n : {"1013", "1019", "1021"}) {
            std::optional<Answer> refused;
            const auto isToldOrTaken = [&] { // where a connection takes long, it is told for a moment that it is away
                refused = RawClient(server.port()).post(jobs, bodyOf(n));
                return statusOf(refused) != 503 || refused->body.contains(words.mid(words.indexOf(' ') + 1));
            };
            TRY_VERIFY2(isToldOrTaken(), refused->body.constData());
            QCOMPARE(statusOf(refused), 503);
        }
        const auto timesSaid = [&] { // beside what the lines of the requests say
            return std::ranges::count_if(server.standardError().split('\n'), [&](const QByteArray &line) {
                return line.contains("openloop.store") && line.contains(words.mid(words.indexOf(' ') + 1));
            });
        };
        TRY_VERIFY(timesSaid() > 0);
        QVERIFY2(timesSaid() == 1, server.standardError().constData());
    }
    perform(mending);
    TRY_COMPARE(readiness(server).status, 200);
    QByteArray path;
    TRY_VERIFY(!(path = accept(server.port(), "1031")).isEmpty());
    TRY_COMPARE(stateOf(server.port(), path), u"done"_s);
    QCOMPARE(statusOf(RawClient(server.port()).get("/query_database")), 200);
    QVERIFY(!server.standardError().contains("\"log.level\":\"error\""));
    QCOMPARE(server.stop(), 0);
}

// At most one try in 0.2 s by each of two connections, though many ask: those beside the first are not opened, nor is
// anybody's question a reason to try.
void TestStoreHindrances::aLoginThatIsRefusedIsNotTriedWithoutPause()
{
    ServerProcess server(QStringLiteral(OPENLOOP_SERVER), {u"--database"_s, url(), u"--heartbeat"_s, u"0.5"_s});
    QVERIFY(server.waitUntilReady());
    administrate(m_name,
                 {u"ALTER ROLE plain NOLOGIN"_s,
                  u"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'plain'"_s});
    TRY_VERIFY(readiness(server).body.contains("refuses the login"));
    RawClient client(server.port());
    const auto isRefusedAtOnce = [&client] {
        QElapsedTimer clock;
        clock.start();
        return statusOf(client.get("/query_database")) == 503 && clock.elapsed() < 500; // of a deadline of 5 s
    };
    TRY_VERIFY(isRefusedAtOnce());
    m_postgres->log();
    constexpr int seconds = 4;
    QElapsedTimer clock;
    clock.start();
    while (clock.elapsed() < seconds * 1000)
        QCOMPARE(statusOf(client.get("/query_database")), 503);
    const auto tries = m_postgres->log().count("not permitted to log in");
    QVERIFY2(tries <= 2 * 5 * clock.elapsed() / 1000 + 2, qPrintable(QString::number(tries)));
    QCOMPARE(server.stop(), 0);
}

// A trigger of the operator's, for one.
void TestStoreHindrances::whatItSaysBesideItsAnswersIsALineOfTheLog()
{
    ServerProcess server(QStringLiteral(OPENLOOP_SERVER),
                         {u"--database"_s, url(), u"--log-format"_s, u"json"_s, u"--node-name"_s, u"one"_s});
    QVERIFY(server.waitUntilReady());
    administrate(m_name,
                 {u"CREATE FUNCTION speak() RETURNS trigger LANGUAGE plpgsql AS "
                  "$$BEGIN RAISE WARNING 'so it is'; RETURN NEW; END$$"_s,
                  u"CREATE TRIGGER speaks BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION speak()"_s});
    QVERIFY(!accept(server.port(), "1033").isEmpty());
    TRY_VERIFY(server.standardError().contains("PostgreSQL says: WARNING:  so it is"));
    for (const QByteArray &line : server.standardError().trimmed().split('\n'))
        QVERIFY2(QJsonDocument::fromJson(line).isObject(), line.constData());
}

QTEST_GUILESS_MAIN(TestStoreHindrances)
#include "test_store_hindrances.moc"
