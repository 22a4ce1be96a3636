// SPDX-License-Identifier: GPL-3.0-or-later
// What /readyz says while a part is away: a balancer that obeys it must not take away all the rest.
#include "tests/support/clients/crowd.h"
#include "tests/support/fake_upstream.h"
#include "tests/support/free_port.h"
#include "tests/support/jobs/job_client.h"
#include "tests/support/patience.h"
#include "tests/support/raw_client.h"
#include "tests/support/rows.h"
#include "tests/support/server_process.h"

#include <QTest>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

class TestReadiness : public QObject
{
    Q_OBJECT

private slots:
    void anUpstreamThatIsAwayIsToldAndFoundAgain_data();
    void anUpstreamThatIsAwayIsToldAndFoundAgain();
    void aThreadThatIsLostIsTold();
};

void TestReadiness::anUpstreamThatIsAwayIsToldAndFoundAgain_data()
{
    const QStringList needed{u"--ready-needs"_s, u"database,upstream"_s};
    rows<QStringList, int, int, QByteArray>(
        {"options", "calls", "status", "words"},
        {
            {"left alone", {}, 60, 200, "degraded: upstream: left alone for a while"},
            {"left alone, needed", needed, 60, 503, "upstream: left alone for a while"},
            {"ten calls", {}, 10, 200, "degraded: upstream: the last 10 calls failed"},
            {"ten calls, needed", needed, 10, 503, "upstream: the last 10 calls failed"},
        });
}

void TestReadiness::anUpstreamThatIsAwayIsToldAndFoundAgain()
{
    QFETCH(const QStringList, options);
    QFETCH(const int, calls);
    QFETCH(const int, status);
    QFETCH(const QByteArray, words);
    FakeUpstream fake(FakeUpstream::answers("200 OK", "1"));
    fake.close();
    const quint16 port = freePort();
    const QString url = u"http://127.0.0.1:%1/answer"_s.arg(port);
    ServerProcess server(QStringLiteral(OPENLOOP_SERVER), options + QStringList{u"--upstream"_s, url});
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    const auto readiness = [&client] { return client.get("/readyz").value_or(Answer()); };
    const auto isReady = [&] {
        const QByteArray body = readiness().body;
        return body.startsWith(R"({"status":"ready")") && !body.contains("detail");
    };
    QVERIFY(isReady());
    for (int i = 0; i < calls && statusOf(client.get("/call_other_service")) != 503; ++i) { }
    const Answer away = readiness();
    QCOMPARE(away.status, status);
    QVERIFY2(away.body.contains(words), away.body.constData());
    QVERIFY(fake.listen(QHostAddress::LocalHost, port));
    TRY_VERIFY(isReady()); // though nobody calls
    QCOMPARE(server.stop(), 0);
}

void TestReadiness::aThreadThatIsLostIsTold()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--cpu-threads"_s, u"2"_s});
    QVERIFY(server.waitUntilReady());
    QVERIFY(server.hold("sieving", "&stops=no"));
    RawClient client(server.port());
    const QByteArray path = accept(server.port(), semiprime(150));
    TRY_COMPARE(server.figure("held"), 1);
    QCOMPARE(statusOf(client.remove(path)), 204);
    const auto readiness = [&client] { return client.get("/readyz").value_or(Answer()); };
    QVERIFY2(!readiness().body.contains("degraded"), readiness().body.constData());
    const QByteArray next = accept(server.port(), "91"); // for which there is half of the threads, and that is lost
    TRY_COMPARE(server.metric("openloop_pool_stuck"), 1.0); // in ten seconds
    QVERIFY2(readiness().body.contains("degraded: pool: 1 of 2 threads"), readiness().body.constData());
    QCOMPARE(stateOf(server.port(), next), u"queued"_s);
    QVERIFY(server.release());
    TRY_COMPARE(stateOf(server.port(), next), u"done"_s);
    QVERIFY2(!readiness().body.contains("degraded"), readiness().body.constData());
    QCOMPARE(server.stop(), 0);
}

QTEST_GUILESS_MAIN(TestReadiness)
#include "test_readiness.moc"
