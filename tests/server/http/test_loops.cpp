// SPDX-License-Identifier: GPL-3.0-or-later
// Several event loops behind one port: who takes clients, where handlers run, and that nothing is lost between loops.
#include "tests/support/app_thread.h"
#include "tests/support/child_process.h"
#include "tests/support/clients/crowd.h"
#include "tests/support/clients/on_loops.h"
#include "tests/support/jobs/job_client.h"
#include "tests/support/patience.h"
#include "tests/support/rows.h"
#include "tests/support/server_process.h"

#include <QCoroTimer>
#include <QJsonDocument>
#include <QSet>
#include <QTest>
#include <QTimer>

#include <atomic>
#include <csignal>
#include <semaphore>

using namespace openloop;
using namespace openloop::http;
using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int loops = 3;

QByteArray request(const QByteArray &path)
{
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

void rowsOfLoops()
{
    rows<QString>({"loop"}, {{"home", QString()}, {"another", u"loop 1"_s}});
}

struct Told {
    std::atomic<int> asked = 0;
    std::atomic<int> begun = 0;
    std::atomic<int> stopped = 0;
    std::atomic<int> events = 0;
};

// As much as the client takes, and no more.
Task<void> endlessEvents(Told &told, Request, EventStream events)
{
    const Json news(QString(10'000, u'a'));
    for (bool hasRoom = true; hasRoom; ++told.events)
        hasRoom = co_await events.send("1", "news", news);
}

Task<Json> forEver(Told &told, Request request)
{
    ++told.begun;
    while (!request.stop.stop_requested()) {
        QTimer timer;
        timer.start(1ms);
        co_await timer;
    }
    ++told.stopped;
    throw Failure::clientLeft();
}

// A loop that stands still between them; used by one test.
std::binary_semaphore held(0), letGo(0);

Task<Json> forEverOnceHeld(Told &told, Request request)
{
    ++told.asked;
    held.acquire();
    return forEver(told, std::move(request));
}

Json hold(const Request &)
{
    held.release();
    letGo.acquire();
    return {};
}

Json name(const Request &)
{
    return {{u"loop"_s, QThread::currentThread()->objectName()}};
}

} // namespace

class TestLoops : public QObject
{
    Q_OBJECT

private slots:
    void everyLoopTakesClients();
    void everyRouteAnswersTheSameOnEachLoop_data();
    void everyRouteAnswersTheSameOnEachLoop();
    void aLoopThatStandsStillTakesNobodyNew_data();
    void aLoopThatStandsStillTakesNobodyNew();
    void theLogTellsWhichLoopStandsStill();
    void whoLeavesStopsItsWork();
    void whatNeedsNoWaitingSurvivesHalfClose_data();
    void whatNeedsNoWaitingSurvivesHalfClose();
    void whatWaitsDoesNotSurviveHalfClose();
    void aWatcherIsToldTheEnd();
    void theBoundOnClientsIsOfAllTogether();
    void theEndAnswersWhatHasArrivedOnEachLoop();

    void aStreamWaitsForItsReader();
    void theEndOfAnAppEndsWhatWaits();
    void theEndOfAnAppEndsWhatItsLoopDoesNotKnowToWait();
};

void TestLoops::everyLoopTakesClients()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--loops"_s, QString::number(loops)});
    QVERIFY(server.waitUntilReady());
    QSet<QString> taken;
    std::vector<RawClient> clients;
    for (int i = 0; i < 1000 && taken.size() < loops; ++i) {
        clients.emplace_back(server.port());
        taken.insert(loopOf(clients.back()));
    }
    QCOMPARE(taken, QSet<QString>({{}, u"loop 1"_s, u"loop 2"_s}));
    const double accepted = server.metric("openloop_connections_accepted_total{loop=\"2\"}");
    QVERIFY(accepted >= 1);
    QVERIFY(server.metric("openloop_accept_wakeups_total{loop=\"2\"}") >= accepted);
    QVERIFY(server.metric("openloop_event_loop_lag_seconds_count{loop=\"2\"}") >= 0);
    TRY_COMPARE(server.metric("openloop_http_requests_total{method=\"GET\",route=\"/test/loop\",status=\"200\"}"),
                double(clients.size()));
}

void TestLoops::everyRouteAnswersTheSameOnEachLoop_data()
{
    rows<QByteArray, int>({"path", "status"},
                          {{"at once", "/health", 200},
                           {"at once, at home", "/readyz", 200},
                           {"waits for SQL", "/query_database?limit=2", 200},
                           {"waits for the upstream", "/call_other_service", 200},
                           {"computes", "/factorize?n=1000000016000000063", 200},
                           {"jobs", "/factorizations", 200},
                           {"bad input", "/factorize?n=abc", 422},
                           {"nowhere", "/nothing", 404},
                           {"with an argument", "/factorizations/nothing", 404}});
}
void TestLoops::everyRouteAnswersTheSameOnEachLoop()
{
    QFETCH(const QByteArray, path);
    QFETCH(const int, status);
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--loops"_s, u"2"_s});
    QVERIFY(server.waitUntilReady());
    const auto home = clientOn(server.port(), {});
    const auto other = clientOn(server.port(), u"loop 1"_s);
    QVERIFY(home && other);
    const auto expected = home->get(path);
    const auto found = other->get(path);
    QVERIFY(expected && found);
    QCOMPARE(found->status, status);
    QCOMPARE(expected->status, status);
    if (status == 200 && path != "/readyz") // its ages differ, as does each refusal's request_id
        QCOMPARE(found->body, expected->body);
    QCOMPARE(found->fields.keys(), expected->fields.keys());
    const auto isWhole = [](const Answer &answer) { return QJsonDocument::fromJson(answer.body).isObject(); };
    QVERIFY(isWhole(*found) && isWhole(*expected));
}

void TestLoops::aLoopThatStandsStillTakesNobodyNew_data()
{
    rowsOfLoops();
}
void TestLoops::aLoopThatStandsStillTakesNobodyNew()
{
    QFETCH(const QString, loop);
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--loops"_s, u"2"_s});
    QVERIFY(server.waitUntilReady());
    const auto blocked = clientOn(server.port(), loop);
    const auto other = clientOn(server.port(), loop.isEmpty() ? u"loop 1"_s : QString());
    QVERIFY(blocked && other);
    blocked->ask("/test/stand_still");
    TRY_COMPARE(standingLoops(*other), 1);
    const auto heard = askAtOnce(server.port(), "/health", 200, 60s);
    QCOMPARE(std::ranges::count(heard, 200, &Heard::status), 200);
    QCOMPARE(standingLoops(*other), 1);
    QCOMPARE(statusOf(other->get("/test/let_go")), 200);
    const auto answer = blocked->read();
    QVERIFY(answer && answer->body.contains("true"));
    QCOMPARE(server.stop(), 0);
}

void TestLoops::theLogTellsWhichLoopStandsStill()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--loops"_s, u"2"_s, u"--log-format"_s, u"text"_s});
    QVERIFY(server.waitUntilReady());
    const auto home = clientOn(server.port(), {});
    const auto blocked = clientOn(server.port(), u"loop 1"_s);
    QVERIFY(home && blocked);
    blocked->ask("/test/stand_still");
    TRY_VERIFY(server.standardError().contains("the event loop 1 has stood still for"));
    QCOMPARE(statusOf(home->get("/test/let_go")), 200);
}

void TestLoops::whoLeavesStopsItsWork()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--loops"_s, u"2"_s, u"--factorize-timeout"_s, u"600"_s});
    QVERIFY(server.waitUntilReady());
    const auto client = clientOn(server.port(), u"loop 1"_s);
    QVERIFY(client);
    client->ask("/factorize?n=" + semiprime(330));
    TRY_COMPARE(server.figure("running"), 1);
    client->reset();
    TRY_COMPARE(server.figure("running"), 0);
    TRY_COMPARE(server.metric("openloop_http_requests_total{method=\"GET\",route=\"/factorize\",status=\"499\"}"), 1.0);
}

void TestLoops::whatNeedsNoWaitingSurvivesHalfClose_data()
{
    rows<QByteArray, int>({"path", "status"},
                          {{"on its loop", "/health", 200},
                           {"at home", "/readyz", 200},
                           {"a handler that might have waited", "/factorize?n=abc", 422}});
}
void TestLoops::whatNeedsNoWaitingSurvivesHalfClose()
{
    QFETCH(const QByteArray, path);
    QFETCH(const int, status);
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--loops"_s, u"2"_s});
    QVERIFY(server.waitUntilReady());
    for (int i = 0; i < 20; ++i) {
        const auto client = clientOn(server.port(), u"loop 1"_s);
        QVERIFY(client);
        client->send(request(path) + request(path));
        client->finishSending();
        QCOMPARE(statusOf(client->read()), status);
        QCOMPARE(statusOf(client->read()), status);
        QVERIFY(client->waitForClose());
    }
}

void TestLoops::whatWaitsDoesNotSurviveHalfClose()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--loops"_s, u"2"_s, u"--factorize-timeout"_s, u"600"_s});
    QVERIFY(server.waitUntilReady());
    const auto client = clientOn(server.port(), u"loop 1"_s);
    QVERIFY(client);
    client->ask("/factorize?n=" + semiprime(330));
    client->finishSending();
    QVERIFY(client->waitForClose());
    TRY_COMPARE(server.figure("running"), 0);
}

void TestLoops::aWatcherIsToldTheEnd()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--loops"_s, u"2"_s});
    QVERIFY(server.waitUntilReady());
    const QByteArray path = heldJob(server, semiprime(200));
    QVERIFY(!path.isEmpty());
    const auto watcher = clientOn(server.port(), u"loop 1"_s);
    const auto asksForTheHead = clientOn(server.port(), u"loop 1"_s);
    QVERIFY(watcher && asksForTheHead);
    asksForTheHead->ask(path + "/events", "HEAD");
    const auto head = asksForTheHead->read(20s, true);
    QCOMPARE(statusOf(head), 200);
    QCOMPARE(head->fields.value("content-type"), "text/event-stream");
    watcher->ask(path + "/events");
    QVERIFY(hears(*watcher, "sieving"));
    QVERIFY(server.release());
    QVERIFY(hears(*watcher, "event: done"));
}

void TestLoops::theBoundOnClientsIsOfAllTogether()
{
    ServerProcess server(QStringLiteral(TEST_SERVER),
                         {u"--loops"_s, QString::number(loops), u"--max-connections"_s, u"10"_s});
    QVERIFY(server.waitUntilReady());
    std::vector<RawClient> clients;
    for (int i = 0; i < 10; ++i) {
        clients.emplace_back(server.port());
        QCOMPARE(statusOf(clients.back().get("/health")), 200);
    }
    RawClient beyond(server.port());
    QCOMPARE(statusOf(beyond.read()), 503);
    QVERIFY(beyond.waitForClose());
    clients.pop_back();
    bool isTaken = false; // asked once more, it might meet its own last try
    TRY_VERIFY((isTaken = isTaken || statusOf(RawClient(server.port()).get("/health")) == 200));
}

// The loops come to the requests after they were told to end: those in accepted sockets and those in the backlog.
void TestLoops::theEndAnswersWhatHasArrivedOnEachLoop()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--loops"_s, QString::number(loops)});
    QVERIFY(server.waitUntilReady());
    std::vector<RawClient> clients;
    for (int i = 0; i < 20; ++i) {
        clients.emplace_back(server.port());
        QCOMPARE(statusOf(clients.back().get("/test/loop")), 200);
    }
    const auto process = pid_t(server.processId());
    QVERIFY(standStill(process));
    for (int i = 0; i < 20; ++i)
        clients.emplace_back(server.port());
    for (std::size_t i = 0; i < clients.size(); ++i)
        clients[i].ask(i % 2 == 0 ? "/health" : "/query_database?limit=1");
    QCOMPARE(::kill(process, SIGTERM), 0);
    QCOMPARE(::kill(process, SIGCONT), 0);
    int answered = 0;
    for (RawClient &client : clients)
        answered += statusOf(client.read()) == 200 ? 1 : 0;
    QCOMPARE(answered, 40);
    QVERIFY(server.process().waitForFinished(patience));
    QCOMPARE(server.process().exitStatus(), QProcess::NormalExit);
    QCOMPARE(server.process().exitCode(), 0);
}

void TestLoops::aStreamWaitsForItsReader()
{
    Told told;
    AppThread server(
        {},
        [&](App &app) {
            app.route("GET", u"/events"_s, told, endlessEvents);
            app.route("GET", u"/test/loop"_s, name);
        },
        2);
    const auto reader = clientOn(server.port(), u"loop 1"_s);
    QVERIFY(reader);
    reader->shrinkReceiveBuffer();
    reader->ask("/events");
    int before = -1;
    TRY_VERIFY(std::exchange(before, told.events.load()) == told.events && told.events > 0);
    const int held = told.events;
    QVERIFY2(held < 1000, qPrintable(QString::number(held))); // the kernel takes a few MB of them, we a few dozen
    TRY_VERIFY((reader->readSome(), told.events > held));
    reader->reset();
    TRY_COMPARE(server.inFlight(), 0);
}

void TestLoops::theEndOfAnAppEndsWhatWaits()
{
    Told told;
    AppThread server(
        {},
        [&](App &app) {
            app.route("GET", u"/for_ever"_s, told, forEver);
            app.route("GET", u"/test/loop"_s, name);
        },
        loops);
    std::vector<RawClient> clients;
    for (int i = 0; i < 30; ++i) {
        clients.emplace_back(server.port());
        clients.back().ask("/for_ever");
    }
    TRY_COMPARE(told.begun.load(), 30);
    QCOMPARE(server.inFlight(), 30);
    server.destroyApp();
    QCOMPARE(told.stopped.load(), 30);
    for (RawClient &client : clients)
        QVERIFY(client.waitForClose());
}

// The handler waits at home, and the connection's loop stands still before it is told so, until it is told to end.
void TestLoops::theEndOfAnAppEndsWhatItsLoopDoesNotKnowToWait()
{
    Told told;
    AppThread server(
        {},
        [&](App &app) {
            app.route("GET", u"/for_ever"_s, told, forEverOnceHeld);
            app.route("GET", u"/hold"_s, hold);
            app.route("GET", u"/test/loop"_s, name);
        },
        loops);
    const auto waiting = clientOn(server.port(), u"loop 1"_s);
    const auto holding = clientOn(server.port(), u"loop 1"_s);
    QVERIFY(waiting && holding);
    waiting->ask("/for_ever");
    TRY_COMPARE(told.asked.load(), 1);
    holding->ask("/hold");
    TRY_COMPARE(told.begun.load(), 1);
    server.beginToDestroyApp();
    letGo.release();
    TRY_COMPARE(told.stopped.load(), 1);
    const auto answer = waiting->read();
    QVERIFY(answer);
    QCOMPARE(answer->status, 503);
}

QTEST_GUILESS_MAIN(TestLoops)
#include "test_loops.moc"
