// SPDX-License-Identifier: GPL-3.0-or-later
// The end by SIGTERM: what has arrived is answered, and a load balancer is given the time to look elsewhere.
#include "tests/support/child_process.h"
#include "tests/support/clients/crowd.h"
#include "tests/support/fake_upstream.h"
#include "tests/support/patience.h"
#include "tests/support/peers/certificate.h"
#include "tests/support/raw_client.h"
#include "tests/support/rows.h"
#include "tests/support/server_process.h"

#include <QSslConfiguration>
#include <QSslSocket>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <optional>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

namespace {

const QByteArray query = "GET /query_database HTTP/1.1\r\nHost: localhost\r\n\r\n";
constexpr int each = 20;

} // namespace

class TestEnding : public QObject
{
    Q_OBJECT

    std::optional<ServerProcess> m_server; ///< each test's own

    bool start(const QStringList &arguments = {})
    {
        m_server.emplace(QStringLiteral(TEST_SERVER), arguments);
        return m_server->waitUntilReady();
    }

    void signal(int number) { ::kill(pid_t(m_server->processId()), number); }

    bool hasEnded()
    {
        QProcess &process = m_server->process();
        return process.state() == QProcess::NotRunning || process.waitForFinished(patience);
    }

    bool isOver()
    {
        return hasEnded() && m_server->process().exitStatus() == QProcess::NormalExit
            && m_server->process().exitCode() == 0;
    }

private slots:
    void cleanup() { m_server.reset(); }

    void whatHasArrivedIsAnswered();
    void whatHasArrivedEncryptedIsAnswered();
    void whoStillWaitsWhenTheTimeIsOverIsTold_data();
    void whoStillWaitsWhenTheTimeIsOverIsTold();
    void whoAsksNothingHoldsNothingUp();
    void duringTheDelayRequestsAreTaken();
    void aSecondSignalEndsTheDelay();
};

// While the process stands still, requests come on connections that it knows, on such that it has not accepted yet, and
// two at a time; the signal is there before it has seen any of them, though the thread that hears it may be late.
void TestEnding::whatHasArrivedIsAnswered()
{
    QVERIFY(start());
    std::vector<RawClient> kept;
    for (int i = 0; i < each; ++i) {
        kept.emplace_back(m_server->port());
        QCOMPARE(statusOf(kept.back().get("/health")), 200);
    }
    QVERIFY(standStill(pid_t(m_server->processId())));
    for (RawClient &client : kept)
        client.send(query + query);
    std::vector<RawClient> fresh;
    for (int i = 0; i < each; ++i) {
        fresh.emplace_back(m_server->port());
        fresh.back().send(query);
    }
    signal(SIGTERM);
    signal(SIGCONT);
    for (RawClient &client : kept) {
        QCOMPARE(statusOf(client.read()), 200);
        QCOMPARE(statusOf(client.read()), 200);
        QVERIFY(client.waitForClose());
    }
    for (RawClient &client : fresh)
        QCOMPARE(statusOf(client.read()), 200);
    QVERIFY(isOver());
}

void TestEnding::whatHasArrivedEncryptedIsAnswered()
{
    const QTemporaryDir folder;
    QVERIFY(makeCertificate(folder.path()));
    QVERIFY(start({u"--tls-certificate"_s, folder.filePath(u"certificate.pem"_s), u"--tls-key"_s,
                   folder.filePath(u"key.pem"_s)}));
    QSslSocket client;
    client.setPeerVerifyMode(QSslSocket::VerifyNone);
    client.connectToHostEncrypted(u"127.0.0.1"_s, m_server->port());
    QVERIFY(client.waitForEncrypted(patience));
    client.write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    QByteArray heard;
    const auto hears = [&](int answers) {
        return QTest::qWaitFor([&] { return (heard += client.readAll()).count("HTTP/1.1 200") == answers; }, patience);
    };
    QVERIFY(hears(1));
    QVERIFY(standStill(pid_t(m_server->processId())));
    client.write(query);
    QVERIFY(client.waitForBytesWritten(patience));
    signal(SIGTERM);
    signal(SIGCONT);
    QVERIFY(hears(2));
    QVERIFY(isOver());
}

void TestEnding::whoStillWaitsWhenTheTimeIsOverIsTold_data()
{
    rows<int>({"loops"}, {{"one loop", 1}, {"two loops", 2}});
}

// A computation that would go on for ever and an upstream that says nothing.
void TestEnding::whoStillWaitsWhenTheTimeIsOverIsTold()
{
    QFETCH(int, loops);
    FakeUpstream upstream(FakeUpstream::says({}));
    QVERIFY(start({u"--drain-timeout"_s, u"0.2"_s, u"--loops"_s, QString::number(loops), u"--upstream"_s,
                   upstream.url().toString()}));
    QVERIFY(m_server->hold("sieving"));
    RawClient computing(m_server->port());
    computing.ask("/factorize?n=" + semiprime(150));
    RawClient asking(m_server->port());
    asking.ask("/call_other_service");
    RawClient pipelining(m_server->port());
    pipelining.ask("/call_other_service");
    pipelining.ask("/call_other_service");
    TRY_COMPARE(m_server->figure("held"), 1);
    TRY_COMPARE(upstream.requests(), 2);
    signal(SIGTERM);
    for (RawClient *client : {&computing, &asking, &pipelining}) {
        const auto answer = client->read();
        QCOMPARE(statusOf(answer), 503);
        QCOMPARE(answer->fields["retry-after"], "1");
        QCOMPARE(answer->fields["connection"], "close");
        QVERIFY2(answer->body.contains("the server stops"), answer->body.constData());
        QVERIFY(client->waitForClose());
    }
    QVERIFY(isOver());
    QVERIFY2(!m_server->standardError().contains(" 499"), m_server->standardError().constData());
}

// An idle connection, one that has sent half a head, and one that was never used: within the time, and not all of it.
void TestEnding::whoAsksNothingHoldsNothingUp()
{
    QVERIFY(start({u"--drain-timeout"_s, u"600"_s}));
    RawClient idle(m_server->port());
    QCOMPARE(statusOf(idle.get("/health")), 200);
    const RawClient unused(m_server->port());
    signal(SIGTERM);
    QVERIFY(isOver());
}

void TestEnding::duringTheDelayRequestsAreTaken()
{
    QVERIFY(start({u"--drain-delay"_s, u"5"_s}));
    RawClient kept(m_server->port());
    QCOMPARE(statusOf(kept.get("/readyz")), 200);
    const auto asked = Clock::now();
    signal(SIGTERM);
    TRY_COMPARE(statusOf(kept.get("/readyz")), 503);
    const int fresh = statusOf(RawClient(m_server->port()).get("/query_database"));
    if (Clock::now() - asked < std::chrono::seconds(5)) // else the machine stood still
        QCOMPARE(fresh, 200);
    QVERIFY(isOver());
    QVERIFY(Clock::now() - asked >= std::chrono::seconds(5));
}

void TestEnding::aSecondSignalEndsTheDelay()
{
    QVERIFY(start({u"--drain-delay"_s, u"600"_s}));
    signal(SIGTERM);
    TRY_COMPARE(statusOf(RawClient(m_server->port()).get("/readyz")), 503);
    signal(SIGTERM);
    QVERIFY(hasEnded());
    QCOMPARE(m_server->process().exitCode(), 128 + SIGTERM);
}

QTEST_GUILESS_MAIN(TestEnding)
#include "test_ending.moc"
