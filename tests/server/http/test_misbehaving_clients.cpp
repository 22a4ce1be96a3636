// SPDX-License-Identifier: GPL-3.0-or-later
// A thousand clients that leave, reset, pipeline and send nonsense, against the real program under valgrind.
#include "tests/support/raw_client.h"
#include "tests/support/server_process.h"

#include <QRandomGenerator>
#include <QStandardPaths>
#include <QTest>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

class TestMisbehavingClients : public QObject
{
    Q_OBJECT

private slots:
    // Code that PCRE2 compiles for QHttpServer's routes reads past what it uses; valgrind can't see that it is
    // harmless.
    void initTestCase() { qputenv("QT_ENABLE_REGEXP_JIT", "0"); }
    void aThousandLeaveNothingBehind();
    void aStopWithAnswersPendingIsClean();
};

namespace {

const QByteArray host = " HTTP/1.1\r\nHost: localhost\r\n\r\n";

// Not to be factored while anyone waits here; beyond what vector lanes work on, for those make valgrind's time slices
// of 100,000 blocks last for ever.
const QByteArray hard = "/factorize?n=" + QByteArray(180, '1') + "7";
const QStringList longNumbers{u"--max-digits"_s, u"200"_s};

// Little that computes, for valgrind makes that fifty times slower: one sleep in the database takes three seconds.
QByteArray pathOf(quint32 choice)
{
    const quint32 percent = choice % 100;
    if (percent < 5)
        return hard;
    if (percent < 6)
        return "/test/database_sleep?ms=20";
    if (percent < 10)
        return "/factorize?n=1000000016000000063";
    if (percent < 30)
        return "/query_database?limit=5";
    return percent < 50 ? "/call_other_service" : "/health";
}

QByteArray nonsense(QRandomGenerator &random)
{
    QByteArray bytes = "GET " + pathOf(random.generate()) + host;
    const int changes = random.bounded(1, 5);
    for (int i = 0; i < changes; ++i)
        bytes[random.bounded(int(bytes.size()))] = char(random.bounded(256));
    return bytes;
}

void misbehave(quint16 port, QRandomGenerator &random)
{
    RawClient client(port);
    const QByteArray request = "GET " + pathOf(random.generate()) + host;
    switch (random.bounded(7)) {
    case 0: // leaves at once
        client.send(request);
        break;
    case 1: // resets
        client.send(request);
        client.reset();
        return;
    case 2: // leaves at any byte
        client.send(request.first(random.bounded(int(request.size()))));
        break;
    case 3: // pipelines, reads one answer, leaves
        client.send(request + "GET " + pathOf(random.generate()) + host + request);
        client.read(20ms);
        break;
    case 4: // closes its half
        client.send(request);
        client.finishSending();
        client.read(20ms);
        break;
    case 5:
        client.send(nonsense(random));
        client.read(20ms);
        break;
    default: // pipelines and resets
        client.send(request.repeated(10));
        client.reset();
        return;
    }
    if (random.bounded(2) == 0)
        client.reset();
}

QStringList valgrind()
{
    const QString program = QStandardPaths::findExecutable(u"valgrind"_s);
    if (program.isEmpty() || qEnvironmentVariableIsSet("OPENLOOP_TEST_WITHOUT_VALGRIND"))
        return {};
    return {program, u"--quiet"_s, u"--error-exitcode=9"_s, u"--leak-check=no"_s, u"--fair-sched=yes"_s};
}

} // namespace

void TestMisbehavingClients::aThousandLeaveNothingBehind()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), longNumbers + QStringList{u"--factorize-timeout"_s, u"5"_s},
                         valgrind());
    QVERIFY2(server.waitUntilReady(), server.standardError().constData());
    QRandomGenerator random(20221122);
    for (int i = 0; i < 1000; ++i) {
        misbehave(server.port(), random);
        if (i % 100 == 99)
            QVERIFY(RawClient(server.port()).get("/health", 300s));
    }
    const auto ask = [&](const QByteArray &path) {
        const auto answer = RawClient(server.port()).get(path, 300s);
        return answer ? answer->body : QByteArray();
    };
    QTRY_COMPARE_WITH_TIMEOUT(ask("/test/in_flight"), R"({"in_flight":1})", 60'000); // the one that asks
    QTRY_COMPARE_WITH_TIMEOUT(ask("/test/figures"), R"({"running":0,"queued":0,"held":0,"upstream":0})", 60'000);
    QCOMPARE(server.stop(), 0);
    QVERIFY2(!server.standardError().contains("=="), server.standardError().constData());
}

void TestMisbehavingClients::aStopWithAnswersPendingIsClean()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), longNumbers + QStringList{u"--drain-timeout"_s, u"0.2"_s},
                         valgrind());
    QVERIFY2(server.waitUntilReady(), server.standardError().constData());
    std::vector<RawClient> clients;
    for (quint32 i = 0; i < 30; ++i) {
        clients.emplace_back(server.port());
        clients.back().send("GET " + pathOf(7 * i) + host + "GET " + hard + host);
    }
    QVERIFY(RawClient(server.port()).get("/health", 300s));
    QCOMPARE(server.stop(), 0);
    QVERIFY2(!server.standardError().contains("=="), server.standardError().constData());
}

QTEST_GUILESS_MAIN(TestMisbehavingClients)
#include "test_misbehaving_clients.moc"
