// SPDX-License-Identifier: GPL-3.0-or-later
// How long a start waits for PostgreSQL: for what another server does to the tables, and for a server that is frozen.
#include "common/start_failure.h"
#include "server/store/owner.h"
#include "server/store/schema.h"
#include "server/store/sql_connection.h"
#include "server/store/store.h"
#include "tests/support/peers/own_connection.h"
#include "tests/support/peers/postgres.h"

#include <QElapsedTimer>
#include <QLocalServer>
#include <QLocalSocket>
#include <QRegularExpression>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <future>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

using namespace openloop;
using namespace openloop::test;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

constexpr auto longerThanConnecting = 4s; // connect_timeout, where the URL has none
constexpr auto longerThanSilence = 33s; // for which a start waits for a frozen server

using Prepare = std::function<void(SqlConnection &)>;

/// What a start said, empty if it went well.
std::future<QString> start(const QString &url, const Prepare &prepare)
{
    return std::async(std::launch::async, [location = SqlLocation::parse(url), prepare] {
        try {
            const StoreThreads threads(location, 1, {}, {prepare, {}});
            return threads.ready() ? QString() : u"it is not ready"_s;
        } catch (const StartFailure &failure) {
            return failure.line();
        }
    });
}

} // namespace

class TestStoreStart : public PostgresTest
{
    Q_OBJECT

private slots:
    void aStartGoesOnForAsLongAsPostgresAnswers()
    {
        const QString url = m_postgres->databaseUrl(u"answers"_s) + u"?connect_timeout=60"_s; // beside neighbours
        OwnConnection other(m_postgres->databaseUrl(u"answers"_s));
        other.begin(); // it changes the tables for that long
        other.command(u"SET LOCAL idle_in_transaction_session_timeout = 0"_s);
        other.command(u"SELECT pg_advisory_xact_lock(7305808869229538848)"_s);
        const QRegularExpression told(u"^the start waits for postgresql://127\\.0\\.0\\.1:"_s);
        QTest::ignoreMessage(QtWarningMsg, told);
        QTest::ignoreMessage(QtWarningMsg, told);
        std::future<QString> waiting = start(url, bringSchemaUpToDate);
        std::future<QString> changing = start(
            url, [](SqlConnection &sql) { sql.command(u"SELECT pg_sleep(%1)"_s.arg(longerThanSilence.count())); });
        const bool waitedLongEnough = waiting.wait_for(longerThanSilence) == std::future_status::timeout;
        other.commit();
        QCOMPARE(waiting.get(), QString());
        QVERIFY(waitedLongEnough);
        QCOMPARE(changing.get(), QString());
    }

    void anOpeningIsEndedThoughTheServerHasFallenSilentAfterTheLogin_data()
    {
        QTest::addColumn<bool>("unixSocket");
        QTest::addColumn<QString>("more");
        QTest::newRow("TCP") << false << QString();
        QTest::newRow("TCP with a timeout of its own") << false << u"&tcp_user_timeout=7000"_s;
        QTest::newRow("Unix socket") << true << QString();
    }

    // As a pooler does whose PostgreSQL is away. Qt takes such a connection for open when it is cut.
    void anOpeningIsEndedThoughTheServerHasFallenSilentAfterTheLogin()
    {
        QFETCH(bool, unixSocket);
        QFETCH(QString, more);
        QByteArray received;
        const auto letIn = [&received](QIODevice *socket) {
            connect(socket, &QIODevice::readyRead, socket, [&received, socket] {
                if (received.isEmpty()) // AuthenticationOk, ReadyForQuery
                    socket->write(QByteArray("R\0\0\0\x8\0\0\0\0Z\0\0\0\x5I", 15));
                received += socket->readAll();
            });
        };
        const QTemporaryDir folder;
        QLocalServer local;
        QVERIFY(local.listen(folder.filePath(u".s.PGSQL.5432"_s)));
        connect(&local, &QLocalServer::newConnection, &local, [&] { letIn(local.nextPendingConnection()); });
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        connect(&server, &QTcpServer::newConnection, &server, [&] { letIn(server.nextPendingConnection()); });
        const QString host =
            unixSocket ? u"@/d?host=%1&"_s.arg(folder.path()) : u"@127.0.0.1:%1/d?"_s.arg(server.serverPort());
        const QString url = u"postgresql://u"_s + host + u"sslmode=disable&gssencmode=disable"_s + more;
        std::promise<std::function<void()>> releaser;
        std::future<std::function<void()>> release = releaser.get_future();
        auto opening = std::async(std::launch::async, [&releaser, location = SqlLocation::parse(url)] {
            SqlConnection sql(location, SqlConnection::Role::Reads, 1s);
            releaser.set_value(sql.openingReleaser());
            try {
                sql.open();
            } catch (const SqlError &error) {
                return error.reason();
            }
            return SqlReason::None;
        });
        const auto asksForSettings = [&received] { return received.contains("version()"); };
        const bool isLoggedIn = QTest::qWaitFor(asksForSettings, 30'000);
        const std::function<void()> end = release.get();
        if (end)
            end();
        const bool ended = opening.wait_for(30s) == std::future_status::ready;
        if (!ended)
            ::_exit(1); // it would wait for ever
        QVERIFY(isLoggedIn);
        QCOMPARE(opening.get(), SqlReason::Away);
    }

    // An opening that hangs is ended, and the connection before it is closed by then.
    void whatEndsAnOpeningOfPostgresEndsNoStrangersConnection()
    {
        OwnConnection sql(m_postgres->databaseUrl(u"again"_s), SqlConnection::Role::Reads);
        const std::function<void()> end = sql.openingReleaser();
        sql.close();
        std::vector<int> strangers; // one of them has the number of the connection that was closed
        for (int i = 0; i < 16; ++i) {
            std::array<int, 2> ends{};
            QCOMPARE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
            strangers.insert(strangers.end(), ends.begin(), ends.end());
        }
        end();
        for (const int stranger : strangers)
            QCOMPARE(::send(stranger, "x", 1, MSG_NOSIGNAL), 1);
        for (const int stranger : strangers)
            ::close(stranger);
    }

    void aStartWaitsForAPostgresThatIsSlowToLetAnybodyIn()
    {
        const QString url = m_postgres->databaseUrl(u"slow"_s);
        m_postgres->freeze();
        std::future<QString> starting = start(url, bringSchemaUpToDate);
        const bool waited = starting.wait_for(longerThanConnecting) == std::future_status::timeout;
        m_postgres->thaw();
        QCOMPARE(starting.get(), QString());
        QVERIFY(waited);
    }

    void aStartOnAPostgresThatFreezesFailsInAboutHalfAMinute()
    {
        const QString url = m_postgres->databaseUrl(u"frozen"_s);
        std::future<QString> starting = start(url, [](SqlConnection &sql) { sql.command(u"SELECT pg_sleep(600)"_s); });
        QVERIFY(m_postgres->waitForLasting("SELECT"));
        m_postgres->freeze();
        QElapsedTimer clock;
        clock.start();
        const bool inTime = starting.wait_for(90s) == std::future_status::ready;
        m_postgres->thaw();
        QVERIFY(inTime);
        QVERIFY(starting.get().contains(u"cannot use the database"_s));
        QVERIFY2(clock.elapsed() > 10'000, qPrintable(QString::number(clock.elapsed())));
    }
};

QTEST_GUILESS_MAIN(TestStoreStart)
#include "test_store_start.moc"
