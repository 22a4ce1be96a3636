// SPDX-License-Identifier: GPL-3.0-or-later
// --listen unix:/path: who may come, what is done about a file that is there already, and that it goes with its server.
#include "tests/support/child_process.h"
#include "tests/support/clients/crowd.h"
#include "tests/support/patience.h"
#include "tests/support/peers/certificate.h"
#include "tests/support/raw_client.h"
#include "tests/support/rows.h"
#include "tests/support/server_process.h"

#include <QFileInfo>
#include <QHostInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

namespace {

constexpr int longestPath = 107;

mode_t modeOf(const QString &path)
{
    struct stat found{};
    return ::lstat(qPrintable(path), &found) == 0 ? found.st_mode : 0;
}

QString clientIn(const std::optional<Answer> &answer)
{
    return answer ? QJsonDocument::fromJson(answer->body)[u"client"_s].toString() : u"no answer"_s;
}

QByteArray request(const QByteArray &path, const QByteArray &fields)
{
    return "GET " + path + " HTTP/1.1\r\n" + fields + "\r\n";
}

} // namespace

class TestUnixSocket : public QObject
{
    Q_OBJECT

    struct Ran {
        int code = -1;
        QByteArray out;
        QByteArray errors;
    };

    QStringList at(const QString &path, const QStringList &more = {}) const
    {
        return QStringList{u"--listen"_s, u"unix:"_s + path} + more;
    }
    QString path() const { return m_folder->filePath(u"openloop.sock"_s); }
    // Of one that ends by itself.
    Ran run(const QStringList &arguments) const;

    std::optional<QTemporaryDir> m_folder; ///< each test's own

private slots:
    void init() { m_folder.emplace(); }

    void itAnswersWithoutATokenAndGoesWithItsServer_data();
    void itAnswersWithoutATokenAndGoesWithItsServer();
    void itIsOfItsUserAndGroupWhateverTheUmask_data();
    void itIsOfItsUserAndGroupWhateverTheUmask();
    void whatADeadServerHasLeftIsReplaced();
    void whereAServerListensNobodyElseDoes();
    void ofManyThatBeginTogetherOneListens();
    void whatIsNoSocketStays_data();
    void whatIsNoSocketStays();
    void whatAnotherHasPutThereIsNotRemoved();
    void aPathHasItsBound();
    void whatIsNoPathIsBadUsage_data();
    void whatIsNoPathIsBadUsage();
    void namesAreJudgedAsOnLoopback_data();
    void namesAreJudgedAsOnLoopback();
    void fieldsAreBelievedOfTrustedProxiesAlone_data();
    void fieldsAreBelievedOfTrustedProxiesAlone();
    void aTrustedProxyMayBeginWithAHeader();
    void whatHasArrivedIsAnsweredAtTheEnd();
    void aClientThatLeavesStopsItsWork();
    void checkTriesIt();
    void itsServerIsCalledByHostAndPath();
    void curlSpeaksTlsOverIt();
};

TestUnixSocket::Ran TestUnixSocket::run(const QStringList &arguments) const
{
    QProcess process;
    endWithTest(process);
    process.start(QStringLiteral(TEST_SERVER), arguments + QStringList{u"--database"_s, u"sqlite::memory:"_s});
    if (!process.waitForFinished(patience))
        return {};
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

void TestUnixSocket::itAnswersWithoutATokenAndGoesWithItsServer_data()
{
    rows<int>({"loops"}, {{"one loop", 1}, {"three loops", 3}});
}

void TestUnixSocket::itAnswersWithoutATokenAndGoesWithItsServer()
{
    QFETCH(const int, loops);
    ServerProcess server(QStringLiteral(TEST_SERVER), at(path(), {u"--loops"_s, QString::number(loops)}));
    QVERIFY2(server.waitUntilReady(), server.standardError().constData());
    QCOMPARE(server.address(), u"unix:"_s + path());
    for (int i = 0; i < 20; ++i) {
        RawClient client(path());
        QCOMPARE(statusOf(client.get("/query_database")), 200);
        QCOMPARE(statusOf(client.get("https://localhost/health")), 200);
    }
    QCOMPARE(server.stop(), 0);
    QVERIFY(!QFileInfo::exists(path()));
}

void TestUnixSocket::itIsOfItsUserAndGroupWhateverTheUmask_data()
{
    rows<QString>({"umask"}, {{"open", u"0000"_s}, {"usual", u"0022"_s}, {"closed", u"0777"_s}});
}

void TestUnixSocket::itIsOfItsUserAndGroupWhateverTheUmask()
{
    QFETCH(const QString, umask);
    ServerProcess server(QStringLiteral(TEST_SERVER), at(path(), {u"--database"_s, u"sqlite::memory:"_s}),
                         {u"sh"_s, u"-c"_s, u"umask %1; exec \"$@\""_s.arg(umask), u"sh"_s});
    QVERIFY2(server.waitUntilReady(), server.standardError().constData());
    QCOMPARE(modeOf(path()), mode_t(S_IFSOCK | 0660));
}

void TestUnixSocket::whatADeadServerHasLeftIsReplaced()
{
    {
        ServerProcess killed(QStringLiteral(TEST_SERVER), at(path()));
        QVERIFY(killed.waitUntilReady());
        killed.process().kill();
        QVERIFY(killed.process().waitForFinished(patience));
    }
    QVERIFY(S_ISSOCK(modeOf(path())));
    ServerProcess server(QStringLiteral(TEST_SERVER), at(path()));
    QVERIFY2(server.waitUntilReady(), server.standardError().constData());
    QCOMPARE(statusOf(RawClient(path()).get("/health")), 200);
}

void TestUnixSocket::whereAServerListensNobodyElseDoes()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), at(path()));
    QVERIFY(server.waitUntilReady());
    const Ran second = run(at(path()));
    QCOMPARE(second.code, 1);
    QVERIFY2(second.errors.contains("cannot listen on unix:" + path().toUtf8()), second.errors.constData());
    QCOMPARE(statusOf(RawClient(path()).get("/health")), 200);
}

void TestUnixSocket::ofManyThatBeginTogetherOneListens()
{
    {
        ServerProcess killed(QStringLiteral(TEST_SERVER), at(path()));
        QVERIFY(killed.waitUntilReady());
        killed.process().kill();
        QVERIFY(killed.process().waitForFinished(patience));
    }
    std::vector<std::unique_ptr<ServerProcess>> servers;
    for (int i = 0; i < 6; ++i)
        servers.push_back(std::make_unique<ServerProcess>(QStringLiteral(TEST_SERVER), at(path())));
    int ready = 0;
    for (const auto &server : servers)
        ready += server->waitUntilReady() ? 1 : 0;
    QCOMPARE(ready, 1);
    QCOMPARE(statusOf(RawClient(path()).get("/health")), 200);
}

void TestUnixSocket::whatIsNoSocketStays_data()
{
    rows<QString, QByteArray>({"kind", "reason"},
                              {{"a file", u"file"_s, "something else than a socket"},
                               {"a link to nowhere", u"link"_s, "something else than a socket"},
                               {"a folder that is not there", u"nowhere"_s, "No such file"},
                               {"a datagram socket", u"datagram"_s, "Protocol"}});
}

void TestUnixSocket::whatIsNoSocketStays()
{
    QFETCH(const QString, kind);
    QFETCH(const QByteArray, reason);
    QString place = path();
    int datagram = -1;
    if (kind == u"file") {
        QFile file(place);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("kept");
    } else if (kind == u"link") {
        QVERIFY(QFile::link(u"nowhere"_s, place));
    } else if (kind == u"nowhere") {
        place = m_folder->filePath(u"nowhere/openloop.sock"_s);
    } else {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        qstrncpy(address.sun_path, qPrintable(place), sizeof address.sun_path);
        datagram = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        QCOMPARE(::bind(datagram, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
    }
    const mode_t before = modeOf(place);
    const Ran ran = run(at(place));
    QCOMPARE(ran.code, 1);
    QVERIFY2(ran.errors.contains("cannot listen on unix:") && ran.errors.contains(reason), ran.errors.constData());
    QCOMPARE(ran.errors.count('\n'), 1);
    QCOMPARE(modeOf(place), before);
    ::close(datagram);
}

void TestUnixSocket::whatAnotherHasPutThereIsNotRemoved()
{
    ServerProcess first(QStringLiteral(TEST_SERVER), at(path()));
    QVERIFY(first.waitUntilReady());
    QVERIFY(QFile::remove(path()));
    ServerProcess second(QStringLiteral(TEST_SERVER), at(path()));
    QVERIFY(second.waitUntilReady());
    QCOMPARE(first.stop(), 0);
    QCOMPARE(statusOf(RawClient(path()).get("/health")), 200);
}

void TestUnixSocket::aPathHasItsBound()
{
    const QTemporaryDir folder(u"/tmp/openloop-XXXXXX"_s); // whose own path is short
    const QString fits = folder.filePath(QString(longestPath - folder.path().size() - 1, u's'));
    QCOMPARE(fits.size(), longestPath);
    ServerProcess server(QStringLiteral(TEST_SERVER), at(fits));
    QVERIFY2(server.waitUntilReady(), server.standardError().constData());
    QVERIFY(S_ISSOCK(modeOf(fits)));
    const Ran ran = run(at(fits + u's'));
    QCOMPARE(ran.code, 2);
    QVERIFY2(ran.errors.contains("--listen") && ran.errors.contains("107"), ran.errors.constData());
}

void TestUnixSocket::whatIsNoPathIsBadUsage_data()
{
    rows<QString>({"listen"},
                  {{"none", u"unix:"_s},
                   {"relative", u"unix:openloop.sock"_s},
                   {"a folder", u"unix:/tmp/"_s},
                   {"two lines", u"unix:/tmp/a\nb"_s},
                   {"as of a URL", u"unix://tmp/../"_s}});
}

void TestUnixSocket::whatIsNoPathIsBadUsage()
{
    QFETCH(const QString, listen);
    const Ran ran = run({u"--listen"_s, listen});
    QCOMPARE(ran.code, 2);
    QVERIFY2(ran.errors.contains("unix:/path"), ran.errors.constData());
}

void TestUnixSocket::namesAreJudgedAsOnLoopback_data()
{
    rows<QByteArray, int>({"fields", "status"},
                          {{"localhost", "Host: localhost\r\n", 200},
                           {"another", "Host: evil.example\r\n", 403},
                           {"an allowed one", "Host: openloop.example\r\n", 200},
                           {"its page", "Host: localhost\r\nOrigin: http://localhost\r\n", 200},
                           {"another page", "Host: localhost\r\nOrigin: https://evil.example\r\n", 403}});
}

void TestUnixSocket::namesAreJudgedAsOnLoopback()
{
    QFETCH(const QByteArray, fields);
    QFETCH(const int, status);
    ServerProcess server(QStringLiteral(TEST_SERVER), at(path(), {u"--allowed-host"_s, u"openloop.example"_s}));
    QVERIFY(server.waitUntilReady());
    RawClient client(path());
    client.send(request("/metrics", fields));
    QCOMPARE(statusOf(client.read()), status);
}

void TestUnixSocket::fieldsAreBelievedOfTrustedProxiesAlone_data()
{
    rows<QStringList, QString>({"trusted", "client"},
                               {{"nobody", {}, u"127.0.0.1"_s},
                                {"loopback", {u"--trusted-proxy"_s, u"127.0.0.0/8"_s}, u"127.0.0.1"_s},
                                {"whoever comes", {u"--trusted-proxy"_s, u"unix:"_s}, u"203.0.113.5"_s}});
}

void TestUnixSocket::fieldsAreBelievedOfTrustedProxiesAlone()
{
    QFETCH(const QStringList, trusted);
    QFETCH(const QString, client);
    ServerProcess server(QStringLiteral(TEST_SERVER), at(path(), trusted));
    QVERIFY2(server.waitUntilReady(), server.standardError().constData());
    RawClient asking(path());
    asking.send(request("/test/asker", "Host: localhost\r\nX-Forwarded-For: 203.0.113.5\r\n"));
    QCOMPARE(clientIn(asking.read()), client);
    QCOMPARE(clientIn(asking.get("/test/asker")), u"127.0.0.1"_s);
}

void TestUnixSocket::aTrustedProxyMayBeginWithAHeader()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), at(path(), {u"--trusted-proxy"_s, u"unix:"_s}));
    QVERIFY(server.waitUntilReady());
    RawClient named(path());
    named.send("PROXY TCP4 203.0.113.5 192.0.2.1 49153 8080\r\n");
    QCOMPARE(clientIn(named.get("/test/asker")), u"203.0.113.5"_s);
    RawClient unnamed(path());
    unnamed.send("PROXY UNKNOWN\r\n");
    QCOMPARE(clientIn(unnamed.get("/test/asker")), u"127.0.0.1"_s);
}

// What the process has not accepted yet, the file's removal included.
void TestUnixSocket::whatHasArrivedIsAnsweredAtTheEnd()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), at(path()));
    QVERIFY(server.waitUntilReady());
    const pid_t process = pid_t(server.processId());
    QVERIFY(standStill(process));
    std::vector<RawClient> clients;
    for (int i = 0; i < 20; ++i) {
        clients.emplace_back(path());
        QVERIFY(clients.back().isConnected());
        clients.back().ask("/query_database");
    }
    ::kill(process, SIGTERM);
    ::kill(process, SIGCONT);
    for (RawClient &client : clients)
        QCOMPARE(statusOf(client.read()), 200);
    QVERIFY(server.process().state() == QProcess::NotRunning || server.process().waitForFinished(patience));
    QCOMPARE(server.process().exitCode(), 0);
    QVERIFY(!QFileInfo::exists(path()));
}

void TestUnixSocket::aClientThatLeavesStopsItsWork()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), at(path()));
    QVERIFY(server.waitUntilReady());
    RawClient watching(path());
    const auto figure = [&](const QString &name) {
        return QJsonDocument::fromJson(watching.get("/test/figures").value_or(Answer()).body)[name].toInt(-1);
    };
    QCOMPARE(statusOf(watching.get("/test/hold?phase=sieving")), 200);
    {
        RawClient leaving(path());
        leaving.ask("/factorize?n=" + semiprime(150));
        TRY_COMPARE(figure(u"held"_s), 1);
    }
    TRY_COMPARE(figure(u"running"_s), 0);
}

void TestUnixSocket::checkTriesIt()
{
    const Ran free = run(at(path(), {u"--check"_s}));
    QVERIFY2(free.code == 0 && free.out.contains("unix:" + path().toUtf8()), free.out.constData());
    QVERIFY(!QFileInfo::exists(path()));
    ServerProcess server(QStringLiteral(TEST_SERVER), at(path()));
    QVERIFY(server.waitUntilReady());
    const Ran taken = run(at(path(), {u"--check"_s}));
    QVERIFY2(taken.code == 1 && taken.out.contains("another server listens there"), taken.out.constData());
    QVERIFY(QFileInfo::exists(path()));
    const Ran shown = run(at(path(), {u"--print-config"_s}));
    QVERIFY2(shown.out.contains("listen = unix:" + path().toUtf8()), shown.out.constData());
}

void TestUnixSocket::itsServerIsCalledByHostAndPath()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), at(path()));
    QVERIFY(server.waitUntilReady());
    const QByteArray name = (QHostInfo::localHostName() + u':' + path()).toUtf8();
    TRY_VERIFY(RawClient(path()).get("/nodes").value_or(Answer()).body.contains(name));
}

void TestUnixSocket::curlSpeaksTlsOverIt()
{
    QVERIFY(makeCertificate(m_folder->path()));
    const QString certificate = m_folder->filePath(u"certificate.pem"_s);
    ServerProcess server(
        QStringLiteral(TEST_SERVER),
        at(path(), {u"--tls-certificate"_s, certificate, u"--tls-key"_s, m_folder->filePath(u"key.pem"_s)}));
    QVERIFY2(server.waitUntilReady(), server.standardError().constData());
    QProcess curl;
    curl.start(
        u"curl"_s,
        {u"-sS"_s, u"--fail"_s, u"--cacert"_s, certificate, u"--unix-socket"_s, path(), u"https://localhost/health"_s});
    QVERIFY(curl.waitForFinished(patience));
    QVERIFY2(curl.exitCode() == 0, curl.readAllStandardError().constData());
    QCOMPARE(curl.readAllStandardOutput().trimmed(), "{\"status\":\"healthy\"}");
}

QTEST_GUILESS_MAIN(TestUnixSocket)
#include "test_unix_socket.moc"
