// SPDX-License-Identifier: GPL-3.0-or-later
// Who blocked an event loop is told afterwards, and while it lasts: the request, the stack, how long.
#include "server/loop/stall_log.h"
#include "tests/support/clients/on_loops.h"
#include "tests/support/patience.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_process.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryFile>
#include <QTest>

using namespace openloop;
using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace {

QJsonObject stalls(RawClient &client)
{
    return QJsonDocument::fromJson(client.get("/stalls").value_or(Answer()).body).object();
}

// During the request of that id; empty: none is known.
QJsonObject stallDuring(RawClient &client, const QString &request)
{
    for (const QJsonValue &stall : stalls(client)[u"stalls"_s].toArray()) {
        if (stall[u"request"_s][u"id"_s] == request)
            return stall.toObject();
    }
    return {};
}

Stall stallOf(int number)
{
    Stall stall;
    stall.stack = {QByteArray::number(number)};
    stall.since = std::chrono::steady_clock::now();
    return stall;
}

} // namespace

class TestStalls : public QObject
{
    Q_OBJECT

private slots:
    void theLastHundredAreKept();
    void aStallIsToldWhileItLastsAndAfterwards();
    void theRequestOfAnotherLoopThatBlocksHomeIsNamed();
    void whatBlocksAfterAWaitIsKnownByItsAnswer();
    void strangersAreToldNothing();
};

void TestStalls::theLastHundredAreKept()
{
    StallLog log;
    log.addLoop(0);
    QCOMPARE(log.counts().size(), 1U);
    quint64 first = 0;
    for (int i = 0; i < 150; ++i) {
        const quint64 number = log.begin(stallOf(i));
        first = i == 0 ? number : first;
        if (i == 149)
            log.end(number, 300ms, Stall::Request{"GET", u"/x"_s, "1", false});
    }
    log.end(first, 1h, {}); // forgotten
    const auto kept = log.newestFirst();
    QCOMPARE(kept.size(), StallLog::most);
    QCOMPARE(kept.front().stack, QByteArrayList{"149"});
    QCOMPARE(kept.front().duration, 300ms);
    QVERIFY(kept.front().isOver && kept.front().request && !kept.front().request->wasRunning);
    QCOMPARE(kept.back().stack, QByteArrayList{"50"});
    QVERIFY(!kept.back().isOver);
    QCOMPARE(log.counts()[0].stalls, 150U);
    QCOMPARE(log.counts()[0].time, 300ms);
}

void TestStalls::aStallIsToldWhileItLastsAndAfterwards()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--loops"_s, u"2"_s});
    QVERIFY(server.waitUntilReady());
    const auto home = clientOn(server.port(), {});
    const auto blocked = clientOn(server.port(), u"loop 1"_s);
    QVERIFY(home && blocked);
    QVERIFY(stalls(*home).contains(u"stalls"_s));
    const QDateTime before = QDateTime::currentDateTimeUtc();
    blocked->send("GET /test/stand_still HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: the-guilty.one\r\n\r\n");
    const auto guilty = [&] { return stallDuring(*home, u"the-guilty.one"_s); };
    TRY_VERIFY(!guilty().isEmpty());
    const QJsonObject during = guilty();
    QCOMPARE(during[u"over"_s], false);
    QCOMPARE(during[u"loop"_s], 1);
    QCOMPARE(during[u"request"_s][u"method"_s], u"GET"_s);
    QCOMPARE(during[u"request"_s][u"route"_s], u"/test/stand_still"_s);
    QCOMPARE(during[u"request"_s][u"evidence"_s], u"running"_s);
    QVERIFY(during[u"duration_ms"_s].toDouble() >= 200);
    const QByteArray stack = QJsonDocument(during[u"stack"_s].toArray()).toJson();
    QVERIFY2(stack.contains("openloop::http::"), stack.constData());
    const auto began = QDateTime::fromString(during[u"began_at"_s].toString(), Qt::ISODateWithMs);
    QVERIFY2(began >= before.addMSecs(-200), qPrintable(during[u"began_at"_s].toString())); // a beat before, at most
    const auto metric = [&](const char *name) { return server.metric(name); };
    QCOMPARE(statusOf(home->get("/test/let_go")), 200);
    TRY_COMPARE(guilty()[u"over"_s], true);
    QVERIFY(guilty()[u"duration_ms"_s].toDouble() >= during[u"duration_ms"_s].toDouble());
    QVERIFY(metric("openloop_event_loop_stalls_total{loop=\"1\"}") >= 1);
    QVERIFY(metric("openloop_event_loop_stalls_total{loop=\"0\"}") >= 0);
    QVERIFY(metric("openloop_event_loop_stall_seconds_total{loop=\"1\"}") >= 0.2);
    TRY_VERIFY(server.standardError().contains("at GET /test/stand_still (request the-guilty.one)"));
    QCOMPARE(server.stop(), 0);
}

void TestStalls::theRequestOfAnotherLoopThatBlocksHomeIsNamed()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--loops"_s, u"2"_s});
    QVERIFY(server.waitUntilReady());
    const auto other = clientOn(server.port(), u"loop 1"_s);
    QVERIFY(other);
    const auto isNamed = [&] {
        for (const QJsonValue &stall : stalls(*other)[u"stalls"_s].toArray()) {
            if (stall[u"loop"_s] == 0 && stall[u"request"_s][u"route"_s] == u"/test/database_sleep_on_the_loop"_s)
                return true;
        }
        return false;
    };
    for (int tries = 0; tries < 5 && !isNamed(); ++tries) // once more where the thread that watches was late as well
        QCOMPARE(statusOf(other->get("/test/database_sleep_on_the_loop?ms=800")), 200);
    QVERIFY(isNamed());
}

void TestStalls::whatBlocksAfterAWaitIsKnownByItsAnswer()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--loops"_s, u"2"_s});
    QVERIFY(server.waitUntilReady());
    const auto home = clientOn(server.port(), {});
    const auto other = clientOn(server.port(), u"loop 1"_s);
    QVERIFY(home && other);
    home->send("GET /test/wait_and_stand_still/7 HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: late\r\n\r\n");
    TRY_COMPARE(standingLoops(*other), 1);
    TRY_VERIFY(server.standardError().contains("the event loop has stood still"));
    QCOMPARE(statusOf(other->get("/test/let_go")), 200);
    QCOMPARE(statusOf(home->read()), 200);
    TRY_VERIFY(!stallDuring(*home, u"late"_s).isEmpty());
    const QJsonObject request = stallDuring(*home, u"late"_s)[u"request"_s].toObject();
    QCOMPARE(request[u"evidence"_s], u"answered first"_s);
    QCOMPARE(request[u"route"_s], u"/test/wait_and_stand_still/{id}"_s);
}

void TestStalls::strangersAreToldNothing()
{
    const auto ask = [](const ServerProcess &server, const QByteArray &fields) {
        RawClient client(server.port());
        client.send("GET /stalls HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n");
        return client.read().value_or(Answer());
    };
    const QByteArray stranger = "X-Forwarded-For: 203.0.113.5\r\n";
    const QStringList proxied{u"--trusted-proxy"_s, u"127.0.0.1"_s};
    ServerProcess open(QStringLiteral(TEST_SERVER), proxied);
    QVERIFY(open.waitUntilReady());
    QCOMPARE(ask(open, {}).status, 200);
    const Answer refused = ask(open, stranger);
    QCOMPARE(refused.status, 403);
    QVERIFY2(refused.body.contains("--token-file"), refused.body.constData());

    QTemporaryFile token;
    QVERIFY(token.open());
    token.write("secret");
    token.close();
    ServerProcess closed(QStringLiteral(TEST_SERVER), proxied + QStringList{u"--token-file"_s, token.fileName()});
    QVERIFY(closed.waitUntilReady());
    QCOMPARE(ask(closed, {}).status, 401);
    QCOMPARE(ask(closed, stranger + "Authorization: Bearer secret\r\n").status, 200);
}

QTEST_GUILESS_MAIN(TestStalls)
#include "test_stalls.moc"
