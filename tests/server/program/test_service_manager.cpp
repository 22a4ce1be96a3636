// SPDX-License-Identifier: GPL-3.0-or-later
// What the service tells systemd of its life, heard at the other end of NOTIFY_SOCKET, and the socket it is handed.
#include "tests/support/clients/on_loops.h"
#include "tests/support/patience.h"
#include "tests/support/raw_client.h"
#include "tests/support/rows.h"
#include "tests/support/server_process.h"

#include <QDeadlineTimer>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <array>
#include <csignal>
#include <ctime>
#include <optional>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

namespace {

/// The service manager's end, which hears one datagram after another.
class Ear
{
public:
    /// name: a path, or an abstract name that begins with @.
    explicit Ear(const QString &name) : m_descriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const QByteArray bytes = name.toUtf8();
        std::copy(bytes.begin(), bytes.end(), address.sun_path);
        if (bytes.startsWith('@'))
            address.sun_path[0] = '\0';
        const auto size = socklen_t(offsetof(sockaddr_un, sun_path) + std::size_t(bytes.size()));
        m_isBound = ::bind(m_descriptor, reinterpret_cast<const sockaddr *>(&address), size) == 0;
    }
    ~Ear() { ::close(m_descriptor); }
    Q_DISABLE_COPY_MOVE(Ear)

    bool isBound() const { return m_isBound; }

    /// The next datagram; empty: none came in time.
    QByteArray next(int time = patience)
    {
        pollfd waiting{m_descriptor, POLLIN, 0};
        if (::poll(&waiting, 1, time) <= 0)
            return {};
        std::array<char, 4096> buffer;
        const auto count = ::recv(m_descriptor, buffer.data(), buffer.size(), 0);
        return count > 0 ? QByteArray(buffer.data(), count) : QByteArray();
    }

    /// The next that begins so; what comes before it is passed over.
    QByteArray nextOf(const QByteArray &word)
    {
        for (const QDeadlineTimer deadline(patience);;) {
            const QByteArray heard = next(int(deadline.remainingTime()));
            if (heard.isEmpty() || heard.startsWith(word))
                return heard;
        }
    }

    void drop()
    {
        while (!next(0).isEmpty())
            ;
    }

private:
    int m_descriptor;
    bool m_isBound = false;
};

QStringList env(const QStringList &variables)
{
    return QStringList{u"env"_s} + variables;
}

QStringList handing(const QString &kind, const QString &path = {})
{
    return {u"python3"_s, QStringLiteral(HAND_OVER), kind, path};
}

qint64 monotonicMicroseconds()
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return qint64(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
}

} // namespace

class TestServiceManager : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

private slots:
    void itsLifeIsTold_data();
    void itsLifeIsTold();
    void aReloadIsTold();
    void aReloadThatFailsIsTold();
    void nobodyIsToldWhereNobodyAsked_data();
    void nobodyIsToldWhereNobodyAsked();
    void theVariablesAreNotPassedOn();
    void theLoopBeats();
    void aLoopThatStandsStillDoesNotBeat_data();
    void aLoopThatStandsStillDoesNotBeat();
    void whatWatchesAnotherProcessGetsNoBeats();
    void aSocketThatIsHandedOverIsListenedOn_data();
    void aSocketThatIsHandedOverIsListenedOn();
    void beyondLoopbackItNeedsATokenAllTheSame();
    void whatIsNoSuchSocketIsRefused_data();
    void whatIsNoSuchSocketIsRefused();
};

void TestServiceManager::itsLifeIsTold_data()
{
    rows<QString>({"name"},
                  {{"a path", m_folder.filePath(u"life"_s)}, {"abstract", u"@openloop-test-%1"_s.arg(::getpid())}});
}

void TestServiceManager::itsLifeIsTold()
{
    QFETCH(const QString, name);
    Ear ear(name);
    QVERIFY(ear.isBound());
    ServerProcess server(QStringLiteral(TEST_SERVER), {}, env({u"NOTIFY_SOCKET="_s + name}));
    QVERIFY2(server.waitUntilReady(), server.standardError().constData());
    const QByteArray ready = ear.next();
    QVERIFY2(ready.startsWith("READY=1\n"), ready.constData());
    QVERIFY2(ready.contains("\nSTATUS=listening on http://127.0.0.1:" + QByteArray::number(server.port()) + '\n'),
             ready.constData());
    QCOMPARE(statusOf(RawClient(server.port()).get("/health")), 200);
    QCOMPARE(server.stop(), 0);
    const QByteArray stopping = ear.next();
    QVERIFY2(stopping.startsWith("STOPPING=1\nSTATUS="), stopping.constData());
    QCOMPARE(ear.next(0), QByteArray());
}

void TestServiceManager::aReloadIsTold()
{
    const QString name = m_folder.filePath(u"reload"_s);
    Ear ear(name);
    ServerProcess server(QStringLiteral(TEST_SERVER), {}, env({u"NOTIFY_SOCKET="_s + name}));
    QVERIFY(server.waitUntilReady());
    QVERIFY(ear.next().startsWith("READY=1\n"));
    for (int i = 0; i < 3; ++i) {
        const qint64 before = monotonicMicroseconds();
        ::kill(pid_t(server.processId()), SIGHUP);
        const QByteArray reloading = ear.next();
        QVERIFY2(reloading.startsWith("RELOADING=1\nMONOTONIC_USEC="), reloading.constData());
        const qint64 told = reloading.split('\n').at(1).split('=').at(1).toLongLong();
        QVERIFY(told >= before && told <= monotonicMicroseconds());
        const QByteArray ready = ear.next();
        QVERIFY2(ready.startsWith("READY=1\nSTATUS=listening on "), ready.constData());
    }
    QCOMPARE(statusOf(RawClient(server.port()).get("/health")), 200);
}

void TestServiceManager::aReloadThatFailsIsTold()
{
    const QString name = m_folder.filePath(u"failing"_s);
    Ear ear(name);
    QFile token(m_folder.filePath(u"token"_s));
    QVERIFY(token.open(QIODevice::WriteOnly));
    token.write("secret\n");
    token.close();
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--token-file"_s, token.fileName()},
                         env({u"NOTIFY_SOCKET="_s + name}));
    QVERIFY(server.waitUntilReady());
    QVERIFY(token.remove());
    ::kill(pid_t(server.processId()), SIGHUP);
    QVERIFY(ear.nextOf("RELOADING=1").startsWith("RELOADING=1"));
    const QByteArray ready = ear.next();
    QVERIFY2(ready.startsWith("READY=1\n") && ready.contains("not read again: --token-file"), ready.constData());
}

void TestServiceManager::nobodyIsToldWhereNobodyAsked_data()
{
    rows<QString>({"name"},
                  {{"nothing", QString()},
                   {"who has left", m_folder.filePath(u"nowhere"_s)},
                   {"a relative path", u"nowhere"_s},
                   {"too long", u'/' + QString(200, u's')},
                   {"another kind", u"vsock:2:1234"_s}});
}

void TestServiceManager::nobodyIsToldWhereNobodyAsked()
{
    QFETCH(const QString, name);
    ServerProcess server(QStringLiteral(TEST_SERVER), {},
                         env({u"NOTIFY_SOCKET="_s + name, u"WATCHDOG_USEC=2000"_s, u"WATCHDOG_PID=nobody"_s}));
    QVERIFY2(server.waitUntilReady(), server.standardError().constData());
    ::kill(pid_t(server.processId()), SIGHUP);
    QCOMPARE(statusOf(RawClient(server.port()).get("/query_database")), 200);
    QCOMPARE(server.stop(), 0);
    const QByteArray log = server.standardError();
    QVERIFY2(log.count("manager can't be told") + log.count("nobody is told") == (name.isEmpty() ? 0 : 1),
             log.constData());
}

void TestServiceManager::theVariablesAreNotPassedOn()
{
    const QString name = m_folder.filePath(u"variables"_s);
    const Ear ear(name);
    ServerProcess server(QStringLiteral(TEST_SERVER), {},
                         env({u"NOTIFY_SOCKET="_s + name, u"WATCHDOG_USEC=60000000"_s, u"LISTEN_PID=1"_s,
                              u"LISTEN_FDS=1"_s, u"LISTEN_FDNAMES=http"_s}));
    QVERIFY(server.waitUntilReady());
    const QByteArray left = RawClient(server.port()).get("/test/environment").value_or(Answer()).body;
    QVERIFY2(left.contains("PATH"), left.constData());
    for (const char *variable :
         {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"})
        QVERIFY2(!left.contains(variable), variable);
}

// As many as half the time allows, and each in its turn.
void TestServiceManager::theLoopBeats()
{
    const QString name = m_folder.filePath(u"beats"_s);
    Ear ear(name);
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--loops"_s, u"3"_s},
                         env({u"NOTIFY_SOCKET="_s + name, u"WATCHDOG_USEC=200000"_s}));
    QVERIFY(server.waitUntilReady());
    for (int beats = 0; beats < 5; ++beats)
        QCOMPARE(ear.nextOf("WATCHDOG=1"), "WATCHDOG=1\n");
    const auto begin = Clock::now();
    for (int beats = 0; beats < 10; ++beats)
        QCOMPARE(ear.nextOf("WATCHDOG=1"), "WATCHDOG=1\n");
    QVERIFY(Clock::now() - begin > std::chrono::milliseconds(500)); // of the 1,000 that ten take; timers are coarse
    QCOMPARE(server.stop(), 0);
}

void TestServiceManager::aLoopThatStandsStillDoesNotBeat_data()
{
    rows<QString>({"loop"}, {{"home", QString()}, {"another", u"loop 1"_s}});
}

// While it stands still the others go on, and take clients. A beat may have been on its way.
void TestServiceManager::aLoopThatStandsStillDoesNotBeat()
{
    QFETCH(const QString, loop);
    const QString name = m_folder.filePath(u"still"_s);
    QFile::remove(name);
    Ear ear(name);
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--loops"_s, u"2"_s},
                         env({u"NOTIFY_SOCKET="_s + name, u"WATCHDOG_USEC=100000"_s}));
    QVERIFY(server.waitUntilReady());
    QVERIFY(!ear.nextOf("WATCHDOG=1").isEmpty());
    const auto standing = clientOn(server.port(), loop);
    const auto other = clientOn(server.port(), loop.isEmpty() ? u"loop 1"_s : QString());
    QVERIFY(standing && other);
    standing->ask("/test/stand_still");
    TRY_COMPARE(standingLoops(*other), 1);
    ear.drop();
    int beats = 0;
    while (!ear.next(1000).isEmpty())
        QVERIFY(++beats <= 1);
    QCOMPARE(statusOf(other->get("/test/let_go")), 200);
    QVERIFY(!ear.nextOf("WATCHDOG=1").isEmpty());
}

void TestServiceManager::whatWatchesAnotherProcessGetsNoBeats()
{
    const QString name = m_folder.filePath(u"others"_s);
    Ear ear(name);
    ServerProcess server(QStringLiteral(TEST_SERVER), {},
                         env({u"NOTIFY_SOCKET="_s + name, u"WATCHDOG_USEC=2000"_s, u"WATCHDOG_PID=1"_s}));
    QVERIFY(server.waitUntilReady());
    QCOMPARE(server.stop(), 0);
    QVERIFY(ear.next().startsWith("READY=1"));
    QVERIFY(ear.next().startsWith("STOPPING=1"));
    QCOMPARE(ear.next(0), QByteArray());
}

void TestServiceManager::aSocketThatIsHandedOverIsListenedOn_data()
{
    rows<QString, int>({"kind", "loops"},
                       {{"TCP", u"tcp"_s, 1},
                        {"TCP, three loops", u"tcp"_s, 3},
                        {"IPv6", u"six"_s, 1},
                        {"Unix", u"unix"_s, 2},
                        {"an abstract name", u"abstract"_s, 1}});
}

void TestServiceManager::aSocketThatIsHandedOverIsListenedOn()
{
    QFETCH(const QString, kind);
    QFETCH(const int, loops);
    if (kind == u"six" && !QTcpServer().listen(QHostAddress::LocalHostIPv6))
        QSKIP("no IPv6 here");
    const QString path = m_folder.filePath(u"handed-over"_s);
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--loops"_s, QString::number(loops)}, handing(kind, path));
    QVERIFY2(server.waitUntilReady(), server.standardError().constData());
    if (kind == u"six") {
        QVERIFY2(server.address().startsWith(u"http://[::1]:"), qPrintable(server.address()));
        return;
    }
    if (kind == u"abstract") {
        QVERIFY2(server.address().startsWith(u"unix:@openloop-"), qPrintable(server.address()));
        return;
    }
    QCOMPARE(server.address(), kind == u"unix" ? u"unix:"_s + path : u"http://127.0.0.1:%1"_s.arg(server.port()));
    RawClient client = kind == u"unix" ? RawClient(path) : RawClient(server.port());
    QCOMPARE(statusOf(client.get("/query_database")), 200);
    QCOMPARE(server.stop(), 0);
    QCOMPARE(QFile::remove(path), kind == u"unix"); // whoever made it keeps it
}

void TestServiceManager::beyondLoopbackItNeedsATokenAllTheSame()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {}, handing(u"everywhere"_s));
    QVERIFY(!server.waitUntilReady());
    QCOMPARE(server.process().exitCode(), 2);
    QVERIFY2(server.standardError().contains("--token-file"), server.standardError().constData());
}

void TestServiceManager::whatIsNoSuchSocketIsRefused_data()
{
    rows<QString, QByteArray>({"kind", "reason"},
                              {{"a file", u"file"_s, "no socket"},
                               {"a datagram socket", u"datagram"_s, "does not listen"},
                               {"one that does not listen", u"silent"_s, "does not listen"},
                               {"a connection", u"connected"_s, "Accept=no"},
                               {"two", u"two"_s, "2 sockets were handed over (http:more)"}});
}

void TestServiceManager::whatIsNoSuchSocketIsRefused()
{
    QFETCH(const QString, kind);
    QFETCH(const QByteArray, reason);
    ServerProcess server(QStringLiteral(TEST_SERVER), {}, handing(kind));
    QVERIFY(!server.waitUntilReady());
    QCOMPARE(server.process().exitCode(), 1);
    const QByteArray complaint = server.standardError();
    QVERIFY2(complaint.contains(reason) && complaint.count('\n') == 1, complaint.constData());
}

QTEST_GUILESS_MAIN(TestServiceManager)
#include "test_service_manager.moc"
