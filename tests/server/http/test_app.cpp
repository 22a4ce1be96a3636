// SPDX-License-Identifier: GPL-3.0-or-later
// The safe layer over real sockets: order, limits, deadlines, methods, errors, and clients that leave.
#include "tests/support/app_thread.h"
#include "tests/support/patience.h"
#include "tests/support/raw_client.h"
#include "tests/support/rows.h"

#include <QCoroSignal>
#include <QCoroTimer>

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <QTimer>

#include <atomic>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

using namespace openloop;
using namespace openloop::http;
using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace {

using Deadline = std::chrono::milliseconds Limits::*;

struct Context {
    std::atomic<int> stopped = 0; // handlers that noticed that their client had left
    std::atomic<int> begun = 0;
};

Json quick(Context &, const Request &request)
{
    return {{u"body"_s, QString::fromUtf8(request.body)}};
}

Json first(const Request &)
{
    return {{u"body"_s, QString()}};
}

Json arguments(Context &, const Request &request)
{
    return Json(request.arguments.join(u'|'));
}

// Waits `ms` of the query (or for ever), in steps, as long as somebody waits for the answer.
Task<Json> slow(Context &context, Request request)
{
    ++context.begun;
    const int steps = request.head.query().isEmpty() ? INT32_MAX : request.head.query().toInt() / 5;
    for (int step = 0; step < steps; ++step) {
        QTimer timer;
        timer.start(5ms);
        co_await timer;
        if (request.stop.stop_requested()) {
            ++context.stopped;
            throw Failure::clientLeft();
        }
    }
    co_return Json{{u"slow"_s, true}};
}

Json throwsSomething(Context &, const Request &)
{
    throw std::runtime_error("a secret of the database");
}

Task<Json> throwsLater(Context &, Request)
{
    QTimer timer;
    timer.start(1ms);
    co_await timer;
    throw 42;
}

Json large(Context &, const Request &)
{
    return Json(QString(8 * 1024 * 1024, u'a'));
}

QJsonObject problemOf(const Answer &answer)
{
    return QJsonDocument::fromJson(answer.body).object();
}

QByteArray request(const QByteArray &method, const QByteArray &path, const QByteArray &fields = {})
{
    return method + ' ' + path + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
}

} // namespace

class TestApp : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void cleanup();

    void pipelinedAnswersKeepTheirOrder();
    void thousandPipelinedRequestsAreAllAnswered();
    void answersThatAreDueTogetherLeaveTogether();
    void anAnswerDoesNotWaitForTheNextRequest();
    void headHasTheHeadOfGet();
    void aKnownPathWithAnotherMethodIs405();
    void optionsNamesTheMethods();
    void anUnknownPathIs404();
    void aDoubledSlashIsAnotherPath();
    void argumentsAreOneSegmentEach_data();
    void argumentsAreOneSegmentEach();
    void aBodyArrivesInPieces();
    void aChunkedBodyArrivesWhole();
    void continueIsSaidWhenExpected();
    void whoIsNotLetInIsToldBeforeTheBody_data();
    void whoIsNotLetInIsToldBeforeTheBody();
    void longBodiesShareABound_data();
    void longBodiesShareABound();
    void connectionCloseCloses();
    void aCodedBodyIsNotRead();
    void http10Closes();
    void http10KeepsAliveWhenAsked();
    void absoluteFormIsAnswered();
    void refusalsArePoliteAndFinal_data();
    void refusalsArePoliteAndFinal();
    void whatAHandlerThrowsStaysInTheLog_data();
    void whatAHandlerThrowsStaysInTheLog();
    void whoSaysNoMoreIsClosedAtTheDeadline_data();
    void whoSaysNoMoreIsClosedAtTheDeadline();
    void aSlowReaderHoldsOneAnswer();
    void connectionsBeyondTheLimitAreTold();
    void clientLeavingStopsTheHandler_data();
    void clientLeavingStopsTheHandler();
    void anAnswerThatNeedsNoWaitingSurvivesHalfClose_data();
    void anAnswerThatNeedsNoWaitingSurvivesHalfClose();
    void anAnswerThatWaitsDoesNotSurviveHalfClose();
    void requestsBehindAClientThatLeftAreNotBegun();
    void destroyingTheAppEndsPendingAnswers();
    void acceptingRecoversWhenDescriptorsRunOut();

private:
    static Limits roomy();
    void start(const Limits &limits);

    std::unique_ptr<Context> m_context;
    std::unique_ptr<AppThread> m_server;
};

// No client here is too slow for these, whatever the machine is busy with.
Limits TestApp::roomy()
{
    Limits limits;
    limits.connections = 50;
    limits.headTime = limits.bodyTime = limits.idleTime = limits.lingerTime = 60s;
    return limits;
}

void TestApp::init()
{
    start(roomy());
}

void TestApp::start(const Limits &limits)
{
    m_server.reset();
    m_context = std::make_unique<Context>();
    m_server = std::make_unique<AppThread>(limits, [this](App &app) {
        app.route("GET", u"/quick"_s, *m_context, quick);
        app.route("POST", u"/quick"_s, *m_context, quick);
        app.route("GET", u"/first"_s, first);
        app.putFirst(u"/first"_s);
        app.route("GET", u"/slow"_s, *m_context, slow);
        app.route("GET", u"/large"_s, *m_context, large);
        app.route("GET", u"/throws"_s, *m_context, throwsSomething);
        app.route("GET", u"/throws_later"_s, *m_context, throwsLater);
        app.route("GET", u"/dotted.name"_s, *m_context, arguments);
        app.route("GET", u"/things/<arg>"_s, *m_context, arguments);
        app.route("GET", u"/things/<arg>/parts/<arg>"_s, *m_context, arguments);
        app.route("GET", u"/<arg>/<arg>/<arg>/three"_s, *m_context, arguments);
    });
}

void TestApp::cleanup()
{
    m_server.reset();
}

void TestApp::pipelinedAnswersKeepTheirOrder()
{
    RawClient client(m_server->port());
    client.send(request("GET", "/slow?100") + request("GET", "/quick") + request("GET", "/nowhere"));
    QCOMPARE(client.read().value_or(Answer()).body, R"({"slow":true})");
    QCOMPARE(client.read().value_or(Answer()).body, R"({"body":""})");
    QCOMPARE(statusOf(client.read()), 404);
}

void TestApp::thousandPipelinedRequestsAreAllAnswered()
{
    RawClient client(m_server->port());
    client.send(request("GET", "/quick").repeated(1000));
    for (int i = 0; i < 1000; ++i)
        QCOMPARE(statusOf(client.read()), 200);
}

namespace {

// Segments with data that the client's kernel has received.
unsigned segmentsAt(const RawClient &client)
{
    tcp_info info{};
    socklen_t size = sizeof info;
    ::getsockopt(client.descriptor(), IPPROTO_TCP, TCP_INFO, &info, &size);
    return info.tcpi_data_segs_in;
}

} // namespace

void TestApp::answersThatAreDueTogetherLeaveTogether()
{
    constexpr unsigned requests = 20; // of one path that never waits for a turn
    RawClient alone(m_server->port());
    for (unsigned i = 0; i < requests; ++i)
        QCOMPARE(statusOf(alone.get("/first")), 200);
    QCOMPARE(segmentsAt(alone), requests);

    RawClient together(m_server->port());
    together.send(request("GET", "/first").repeated(requests));
    for (unsigned i = 0; i < requests; ++i)
        QCOMPARE(statusOf(together.read()), 200);
    QCOMPARE(segmentsAt(together), 1U);
}

void TestApp::anAnswerDoesNotWaitForTheNextRequest()
{
    for (const bool ends : {false, true}) {
        RawClient client(m_server->port());
        client.send(request("GET", "/first") + request("GET", "/first") + "GET /fir");
        if (ends)
            client.finishSending();
        QCOMPARE(statusOf(client.read()), 200);
        QCOMPARE(statusOf(client.read()), 200);
        if (ends)
            continue;
        client.send("st HTTP/1.1\r\nHost: localhost\r\n\r\n" + request("GET", "/slow") + request("GET", "/first"));
        QCOMPARE(statusOf(client.read()), 200); // while the second waits
    }
}

void TestApp::headHasTheHeadOfGet()
{
    RawClient client(m_server->port());
    client.send(request("HEAD", "/quick"));
    const auto answer = client.read(20s, true);
    QVERIFY(answer);
    QCOMPARE(answer->status, 200);
    QCOMPARE(answer->fields["content-length"], "11");
    QCOMPARE(client.get("/quick").value_or(Answer()).body, R"({"body":""})"); // nothing of a body was in between
}

void TestApp::aKnownPathWithAnotherMethodIs405()
{
    RawClient client(m_server->port());
    client.send(request("DELETE", "/quick"));
    const auto answer = client.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, 405);
    QCOMPARE(answer->fields["allow"], "OPTIONS, GET, HEAD, POST");
    QCOMPARE(answer->fields["content-type"], "application/problem+json");
    client.send(request("BREW", "/quick"));
    QCOMPARE(statusOf(client.read()), 405);
}

void TestApp::optionsNamesTheMethods()
{
    RawClient client(m_server->port());
    client.send(request("OPTIONS", "/slow"));
    const auto answer = client.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, 204);
    QCOMPARE(answer->fields["allow"], "OPTIONS, GET, HEAD");
    client.send(request("OPTIONS", "*"));
    QCOMPARE(statusOf(client.read()), 204);
}

void TestApp::anUnknownPathIs404()
{
    RawClient client(m_server->port());
    const auto answer = client.get("/nowhere");
    QVERIFY(answer);
    QCOMPARE(answer->status, 404);
    const QJsonObject problem = problemOf(*answer);
    QCOMPARE(problem.keys(), (QStringList{u"detail"_s, u"request_id"_s, u"status"_s, u"title"_s, u"type"_s}));
    QCOMPARE(problem[u"status"_s].toInt(), 404);
    QCOMPARE(problem[u"title"_s].toString(), u"Not Found"_s);
}

void TestApp::aDoubledSlashIsAnotherPath()
{
    RawClient client(m_server->port());
    QCOMPARE(statusOf(client.get("//quick")), 404);
    QCOMPARE(statusOf(client.get("//h/quick")), 404);
    QCOMPARE(statusOf(client.get("//quick/")), 404);
    QCOMPARE(statusOf(client.get("/quick/")), 308); // one at the end leads to the path without it
    QCOMPARE(statusOf(client.get("/quick")), 200);
}

void TestApp::argumentsAreOneSegmentEach_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("arguments"); // null: there is nothing at this path
    const auto row = [](const char *path, const QByteArray &arguments) {
        QTest::newRow(path) << QByteArray(path) << arguments;
    };
    row("/things/a%20b", "a b");
    row("/things/a%2Fb", "a/b");
    row("/things/a%252Fb", "a%2Fb");
    row("/things/%C3%A4", "\xc3\xa4");
    row("/things/", {});
    row("/things/a/b", {});
    row("/things/a//", {});
    row("/things%2Fa", {});
    row("/things/a/parts/b", "a|b");
    row("/things/a%2Fparts/parts/parts", "a/parts|parts");
    row("/things/parts/parts/parts", "parts|parts");
    row("/things/a/parts/b/c", {});
    row("/things/a/b/parts/c", {});
    row("/things/a/parts", {});
    row("/things/a/parts%2Fb", {});
    row("/a/b/c/three", "a|b|c");
    row("/things/parts/a/three", "things|parts|a");
    row("/a/b/three", {});
    row("/a/b/c/d/three", {});
    row("/dotted.name", "");
    row("/%64otted.name", "");
    row("/dotted-name", {});
}

void TestApp::argumentsAreOneSegmentEach()
{
    QFETCH(const QByteArray, path);
    QFETCH(const QByteArray, arguments);
    RawClient client(m_server->port());
    const auto answer = client.get(path);
    QVERIFY(answer);
    QCOMPARE(answer->status, arguments.isNull() ? 404 : 200);
    if (answer->status == 200)
        QCOMPARE(answer->body, '"' + arguments + '"');
}

void TestApp::aBodyArrivesInPieces()
{
    RawClient client(m_server->port());
    for (const char byte : request("POST", "/quick", "Content-Length: 5\r\n") + "hello")
        client.send(QByteArray(1, byte));
    QCOMPARE(client.read().value_or(Answer()).body, R"({"body":"hello"})");
}

void TestApp::aChunkedBodyArrivesWhole()
{
    RawClient client(m_server->port());
    client.send(request("POST", "/quick", "Transfer-Encoding: chunked\r\n") + "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"
                + request("GET", "/quick"));
    QCOMPARE(client.read().value_or(Answer()).body, R"({"body":"hello"})");
    QCOMPARE(client.read().value_or(Answer()).body, R"({"body":""})");
}

void TestApp::continueIsSaidWhenExpected()
{
    RawClient client(m_server->port());
    client.send(request("POST", "/quick", "Content-Length: 5\r\nExpect: 100-continue\r\n"));
    QCOMPARE(statusOf(client.read()), 100);
    client.send("hello");
    QCOMPARE(statusOf(client.read()), 200);
}

void TestApp::whoIsNotLetInIsToldBeforeTheBody_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::newRow("a length") << QByteArray("Content-Length: 1000000\r\n");
    QTest::newRow("who asks whether to send it") << QByteArray("Content-Length: 5\r\nExpect: 100-continue\r\n");
    QTest::newRow("chunks") << QByteArray("Transfer-Encoding: chunked\r\n");
}

// What strangers send would be kept in memory until it is whole.
void TestApp::whoIsNotLetInIsToldBeforeTheBody()
{
    QFETCH(const QByteArray, fields);
    Context context;
    AppThread server({}, [&](App &app) {
        app.route("POST", u"/quick"_s, context, quick);
        app.setGuard([](const Request &request) {
            if (request.head.value("authorization").isEmpty())
                throw Failure(401, u"who are you?"_s).withField("WWW-Authenticate", "Bearer");
        });
    });
    RawClient stranger(server.port());
    stranger.send(request("POST", "/quick", fields));
    const auto refused = stranger.read();
    QCOMPARE(statusOf(refused), 401);
    QCOMPARE(refused->fields["www-authenticate"], "Bearer");
    QVERIFY(stranger.waitForClose());
    RawClient known(server.port());
    known.send(request("POST", "/quick", "Authorization: x\r\nContent-Length: 5\r\n"));
    known.send("hello");
    QCOMPARE(statusOf(known.read()), 200);
}

void TestApp::longBodiesShareABound_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<QByteArray>("begin");
    QTest::addColumn<QByteArray>("end");
    QTest::newRow("a length") << QByteArray("Content-Length: 900\r\n") << QByteArray(800, 'a') << QByteArray(100, 'a');
    QTest::newRow("chunks") << QByteArray("Transfer-Encoding: chunked\r\n") << "320\r\n" + QByteArray(800, 'a') + "\r\n"
                            << QByteArray("0\r\n\r\n");
}

void TestApp::longBodiesShareABound()
{
    QFETCH(const QByteArray, fields);
    QFETCH(const QByteArray, begin);
    QFETCH(const QByteArray, end);
    Context context;
    Limits limits;
    limits.shortBody = 100;
    limits.bodies = 1000;
    AppThread server(limits, [&](App &app) { app.route("POST", u"/quick"_s, context, quick); }, 1);
    for (int round = 0; round < 3; ++round) { // whoever has gone has left its room
        RawClient first(server.port());
        RawClient brief(server.port());
        first.send(request("POST", "/quick", fields) + begin);
        for (int i = 0; i < 5; ++i) // by then the loop has read it
            QCOMPARE(statusOf(brief.post("/quick", "x")), 200);
        RawClient second(server.port());
        second.send(request("POST", "/quick", fields) + begin);
        const auto refused = second.read();
        QCOMPARE(statusOf(refused), 503);
        QVERIFY(refused->body.contains("long bodies"));
        QVERIFY(refused->fields.contains("retry-after"));
        brief.send(request("POST", "/quick", "Content-Length: 5\r\n") + "he");
        brief.send("llo");
        QCOMPARE(statusOf(brief.read()), 200);
        if (round == 1) { // it leaves without an end
            first.reset();
            TRY_COMPARE(server.connections(), 1); // brief's
            continue;
        }
        first.send(end);
        QCOMPARE(statusOf(first.read()), 200);
        RawClient third(server.port());
        third.send(request("POST", "/quick", fields) + begin);
        third.send(end);
        QCOMPARE(statusOf(third.read()), 200);
    }
}

void TestApp::connectionCloseCloses()
{
    RawClient client(m_server->port());
    client.send(request("GET", "/quick", "Connection: close\r\n"));
    QCOMPARE(client.read().value_or(Answer()).fields["connection"], "close");
    QVERIFY(client.waitForClose());
}

void TestApp::aCodedBodyIsNotRead()
{
    RawClient client(m_server->port());
    client.send(request("POST", "/quick", "Content-Encoding: gzip\r\nContent-Length: 2\r\n") + "ab");
    const auto refused = client.read();
    QVERIFY(refused);
    QCOMPARE(refused->status, 415);
    QCOMPARE(refused->fields["accept-encoding"], "identity");
    client.send(request("POST", "/quick", "Content-Encoding: Identity\r\nContent-Length: 2\r\n") + "ab");
    QCOMPARE(statusOf(client.read()), 200); // on the same connection
    client.send(request("GET", "/quick", "Content-Encoding: gzip\r\n"));
    QCOMPARE(statusOf(client.read()), 200); // of nothing
}

void TestApp::http10Closes()
{
    RawClient client(m_server->port());
    client.send("GET /quick HTTP/1.0\r\n\r\n");
    QCOMPARE(statusOf(client.read()), 200);
    QVERIFY(client.waitForClose());
}

void TestApp::http10KeepsAliveWhenAsked()
{
    RawClient client(m_server->port());
    client.send("GET /quick HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    QCOMPARE(client.read().value_or(Answer()).fields["connection"], "keep-alive");
    QCOMPARE(statusOf(client.get("/quick")), 200);
}

void TestApp::absoluteFormIsAnswered()
{
    RawClient client(m_server->port());
    QCOMPARE(statusOf(client.get("http://localhost/quick")), 200);
}

void TestApp::refusalsArePoliteAndFinal_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("status");
    QTest::newRow("no host") << QByteArray("GET / HTTP/1.1\r\n\r\n") << 400;
    QTest::newRow("smuggled") << request("POST", "/quick", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n")
            + "0\r\n\r\n" << 400;
    QTest::newRow("bad chunk") << request("POST", "/quick", "Transfer-Encoding: chunked\r\n") + "x\r\n" << 400;
    QTest::newRow("coding") << request("POST", "/quick", "Transfer-Encoding: gzip, chunked\r\n") << 501;
    QTest::newRow("long target") << request("GET", "/quick?" + QByteArray(9000, 'a')) << 414;
    QTest::newRow("long method") << request(QByteArray(40, 'A'), "/quick") << 501;
    QTest::newRow("large head") << request("GET", "/quick", "X: " + QByteArray(100'000, 'a') + "\r\n") << 431;
    QTest::newRow("large body") << request("POST", "/quick", "Content-Length: 1073741824\r\n")
            + QByteArray(1'000'000, 'a')
                                << 413;
    QTest::newRow("large chunk") << request("POST", "/quick", "Transfer-Encoding: chunked\r\n") + "7fffffff\r\n" << 413;
    QTest::newRow("https in the clear") << request("GET", "https://localhost/quick") << 421;
    QTest::newRow("version") << QByteArray("GET / HTTP/2.0\r\nHost: h\r\n\r\n") << 505;
}

void TestApp::refusalsArePoliteAndFinal()
{
    QFETCH(QByteArray, bytes);
    RawClient client(m_server->port());
    client.send(bytes + request("GET", "/quick"));
    const auto answer = client.read();
    QVERIFY(answer);
    QTEST(answer->status, "status");
    QCOMPARE(answer->fields["connection"], "close");
    QCOMPARE(answer->fields["content-type"], "application/problem+json");
    QVERIFY(!client.read(5s)); // never a second answer
    QVERIFY(client.waitForClose());
}

void TestApp::whatAHandlerThrowsStaysInTheLog_data()
{
    rows<QByteArray>({"path"}, {{"at once", "/throws"}, {"later", "/throws_later"}});
}

void TestApp::whatAHandlerThrowsStaysInTheLog()
{
    QFETCH(QByteArray, path);
    RawClient client(m_server->port());
    const auto answer = client.get(path);
    QVERIFY(answer);
    QCOMPARE(answer->status, 500);
    QVERIFY(!answer->body.contains("secret"));
    QCOMPARE(problemOf(*answer)[u"request_id"_s].toString().size(), 16);
    QCOMPARE(statusOf(client.get("/quick")), 200);
}

void TestApp::whoSaysNoMoreIsClosedAtTheDeadline_data()
{
    rows<Deadline, QByteArray, int>(
        {"deadline", "said", "status"},
        {
            {"in the head", &Limits::headTime, "GET / HTT", 408},
            {"in the body", &Limits::bodyTime, request("POST", "/quick", "Content-Length: 5\r\n") + "hel", 408},
            {"between requests", &Limits::idleTime, request("GET", "/quick"), 200},
        });
}

void TestApp::whoSaysNoMoreIsClosedAtTheDeadline()
{
    QFETCH(const Deadline, deadline);
    QFETCH(const QByteArray, said);
    Limits limits = roomy();
    limits.*deadline = 300ms;
    start(limits);
    RawClient client(m_server->port());
    client.send(said);
    QTEST(statusOf(client.read()), "status");
    QVERIFY(client.waitForClose());
}

void TestApp::aSlowReaderHoldsOneAnswer()
{
    RawClient reader(m_server->port());
    reader.shrinkReceiveBuffer();
    reader.send(request("GET", "/large").repeated(3) + request("GET", "/slow?5"));
    RawClient other(m_server->port());
    QCOMPARE(statusOf(other.get("/quick")), 200);
    QCOMPARE(m_context->begun.load(), 0); // what stands behind unread answers is not begun
    for (int i = 0; i < 3; ++i)
        QCOMPARE(reader.read().value_or(Answer()).body.size(), 8 * 1024 * 1024 + 2);
    QCOMPARE(reader.read().value_or(Answer()).body, R"({"slow":true})");
}

void TestApp::connectionsBeyondTheLimitAreTold()
{
    std::vector<RawClient> clients;
    for (int i = 0; i < 50; ++i) {
        clients.emplace_back(m_server->port());
        QCOMPARE(statusOf(clients.back().get("/quick")), 200);
    }
    RawClient tooMany(m_server->port());
    const auto answer = tooMany.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, 503);
    QCOMPARE(answer->fields["retry-after"], "1");
    QVERIFY(tooMany.waitForClose());
    tooMany.finishSending();
    QCOMPARE(statusOf(clients.front().get("/quick")), 200);
    clients.clear();
    TRY_COMPARE(m_server->connections(), 0);
    QCOMPARE(statusOf(RawClient(m_server->port()).get("/quick")), 200);
}

void TestApp::clientLeavingStopsTheHandler_data()
{
    rows<int>({"way"},
              {
                  {"close", 0},
                  {"reset", 1},
                  {"half-close", 2},
              });
}

void TestApp::clientLeavingStopsTheHandler()
{
    QFETCH(int, way);
    {
        RawClient client(m_server->port());
        client.send(request("GET", "/slow"));
        TRY_COMPARE(m_context->begun.load(), 1);
        if (way == 1)
            client.reset();
        if (way == 2)
            client.finishSending();
        if (way == 2)
            QVERIFY(client.waitForClose());
    }
    TRY_COMPARE(m_context->stopped.load(), 1);
    TRY_COMPARE(m_server->inFlight(), 0);
    TRY_COMPARE(m_server->connections(), 0);
}

void TestApp::anAnswerThatNeedsNoWaitingSurvivesHalfClose_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QList<int>>("statuses");
    const QByteArray quick = request("GET", "/quick");
    QTest::newRow("two") << quick.repeated(2) << QList<int>(2, 200);
    QTest::newRow("beyond a turn's share") << quick.repeated(500) << QList<int>(500, 200);
    QTest::newRow("half a request at the end") << quick.repeated(100) + quick.chopped(2) << QList<int>(100, 200);
    QTest::newRow("bodies") << (request("POST", "/quick", "Content-Length: 5\r\n") + "hello").repeated(100)
                            << QList<int>(100, 200);
    QTest::newRow("behind answers larger than the socket's buffer")
        << request("GET", "/large").repeated(2) + quick.repeated(3) << QList<int>(5, 200);
    QTest::newRow("up to one that closes")
        << quick.repeated(40) + request("GET", "/quick", "Connection: close\r\n") + quick << QList<int>(41, 200);
    QTest::newRow("up to one that is refused")
        << quick.repeated(40) + "GET / HTTP/1.1\r\n\r\n" + quick << QList<int>(40, 200) + QList{400};
}

// The loop stands still meanwhile: when it goes on, requests and FIN are there.
void TestApp::anAnswerThatNeedsNoWaitingSurvivesHalfClose()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const QList<int>, statuses);
    RawClient client(m_server->port());
    QCOMPARE(statusOf(client.get("/quick")), 200); // it is accepted
    m_server->onLoop([&] {
        client.send(bytes);
        client.finishSending();
    });
    for (const int status : statuses)
        QCOMPARE(statusOf(client.read()), status);
    QVERIFY(!client.read()); // and no other
    TRY_COMPARE(m_server->connections(), 0);
}

void TestApp::anAnswerThatWaitsDoesNotSurviveHalfClose()
{
    RawClient client(m_server->port());
    QCOMPARE(statusOf(client.get("/quick")), 200);
    m_server->onLoop([&] {
        client.send(request("GET", "/quick").repeated(100) + request("GET", "/slow") + request("GET", "/quick"));
        client.finishSending();
    });
    for (int i = 0; i < 100; ++i)
        QCOMPARE(statusOf(client.read()), 200);
    QVERIFY(!client.read());
    TRY_COMPARE(m_context->stopped.load(), 1);
    TRY_COMPARE(m_server->connections(), 0);
    QCOMPARE(m_server->inFlight(), 0);
}

void TestApp::requestsBehindAClientThatLeftAreNotBegun()
{
    {
        RawClient client(m_server->port());
        client.send(request("GET", "/slow").repeated(10));
        TRY_COMPARE(m_context->begun.load(), 1);
    }
    TRY_COMPARE(m_server->connections(), 0);
    QCOMPARE(m_context->begun.load(), 1);
    QCOMPARE(m_server->inFlight(), 0);
}

void TestApp::destroyingTheAppEndsPendingAnswers()
{
    std::vector<RawClient> clients;
    for (int i = 0; i < 20; ++i) {
        clients.emplace_back(m_server->port());
        clients.back().send(request("GET", "/slow"));
    }
    TRY_COMPARE(m_context->begun.load(), 20);
    m_server->destroyApp();
    QCOMPARE(m_context->stopped.load(), 20);
    for (RawClient &client : clients)
        QVERIFY(client.waitForClose());
}

void TestApp::acceptingRecoversWhenDescriptorsRunOut()
{
    RawClient before(m_server->port());
    QCOMPARE(statusOf(before.get("/quick")), 200);
    RawClient waiting(m_server->port()); // connected by the kernel; the server may not have accepted it yet
    QCOMPARE(statusOf(waiting.get("/quick")), 200);

    rlimit old{};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &old), 0);
    std::vector<RawClient> late;
    late.reserve(8);
    const int lowest = ::dup(0);
    ::close(lowest);
    const rlimit tight{rlim_t(lowest) + 2, old.rlim_max};
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &tight), 0);
    late.emplace_back(m_server->port());
    late.emplace_back(m_server->port());
    QCOMPARE(statusOf(before.get("/quick")), 200); // the loop is not busy with failing to accept
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &old), 0);
    for (RawClient &client : late) {
        if (client.isConnected())
            QCOMPARE(statusOf(client.get("/quick")), 200);
    }
    QCOMPARE(statusOf(RawClient(m_server->port()).get("/quick")), 200);
}

QTEST_GUILESS_MAIN(TestApp)
#include "test_app.moc"
