// SPDX-License-Identifier: GPL-3.0-or-later
// That the log answers: every refusal by its id, a crowd of them in few lines, and what happens to the service itself.
#include "server/telemetry/log_writer.h"
#include "tests/support/app_thread.h"
#include "tests/support/clients/crowd.h"
#include "tests/support/fake_upstream.h"
#include "tests/support/patience.h"
#include "tests/support/raw_client.h"
#include "tests/support/rows.h"
#include "tests/support/server_process.h"

#include <QCoroTimer>

#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMutex>
#include <QTemporaryDir>
#include <QTemporaryFile>
#include <QTest>
#include <QTimer>

#include <array>
#include <thread>

using namespace openloop;
using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QByteArray given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

QList<QJsonObject> linesOf(ServerProcess &server)
{
    QList<QJsonObject> lines;
    for (const QByteArray &line : server.standardError().split('\n')) {
        if (!line.isEmpty())
            lines.append(QJsonDocument::fromJson(line).object());
    }
    return lines;
}

// The first whose member is that; empty: none is there in time.
QJsonObject lineWith(ServerProcess &server, const QString &key, const QJsonValue &value)
{
    QJsonObject found;
    const auto isThere = [&] {
        for (const QJsonObject &line : linesOf(server)) {
            if (found.isEmpty() && line[key] == value)
                found = line;
        }
        return !found.isEmpty();
    };
    return QTest::qWaitFor(isThere, patience) ? found : QJsonObject();
}

bool says(ServerProcess &server, const QByteArray &words)
{
    return QTest::qWaitFor([&] { return server.standardError().contains(words); }, patience);
}

// Of what Qt's logging is given by this process.
QMutex saidMutex;
QStringList said;

void keepSaid(QtMsgType, const QMessageLogContext &, const QString &message)
{
    const QMutexLocker lock(&saidMutex);
    said.append(message);
}

// It takes its time to return after the client was cut: longer than from one line to the next.
http::Task<void> pourOut(int &, http::Request, http::EventStream events)
{
    const http::Json much = QString(32'768, u'x');
    while (co_await events.send("1", "much", much))
        ;
    QTimer timer;
    timer.start(1500ms);
    co_await timer;
}

} // namespace

class TestLog : public QObject
{
    Q_OBJECT

private slots:
    void everyRefusalIsKnownByItsId_data();
    void everyRefusalIsKnownByItsId();
    void theUpstreamIsToldWhoseCallItIs();
    void aLineTellsAllOfARequest();
    void aSlowRequestHasItsLine();
    void aStreamIsNotSlow();
    void textHasTheSameNames();
    void textMovesNoCursor();
    void whatIsNotWantedIsNotWritten();
    void aFloodOfRefusalsIsAFewLines();
    void theStartAndTheEndAreThere();
    void whatIsCutOffByTheDrainIsSaid();
    void theCircuitOpensAndCloses();
    void theDatabaseIsLostAndBack();
    void slowClientsThatAreCutAreSummed();
    void whatManyThreadsSayIsWrittenOnceAndInOrder();
};

void TestLog::everyRefusalIsKnownByItsId_data()
{
    const QByteArray host = " HTTP/1.1\r\nHost: localhost\r\n";
    rows<QByteArray, int>(
        {"request", "status"},
        {{"400", "GET /health HTTP/1.1\r\n\r\n", 400},
         {"400 of a body", "POST /factorizations" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
         {"403", "GET /factorize?n=91 HTTP/1.1\r\nHost: example.com\r\n\r\n", 403},
         {"404", "GET /nothing" + host + "\r\n", 404},
         {"404 of a job", "GET /factorizations/none" + host + "\r\n", 404},
         {"405", "PUT /health" + host + "\r\n", 405},
         {"413 announced", "POST /factorizations" + host + "Content-Length: 9999999\r\n\r\n", 413},
         {"414", "GET /" + QByteArray(9000, 'x') + host + "\r\n", 414},
         {"415", "POST /factorizations" + host + "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx", 415},
         {"417", "GET /health" + host + "Expect: wonders\r\n\r\n", 417},
         {"422", "GET /factorize?n=abc" + host + "\r\n", 422},
         {"431", "GET /health" + host + "Much: " + QByteArray(17'000, 'x') + "\r\n\r\n", 431},
         {"501", "GET /health" + host + "Transfer-Encoding: new\r\n\r\n", 501},
         {"502", "GET /call_other_service" + host + "\r\n", 502},
         {"505", "GET /health HTTP/2.0\r\nHost: localhost\r\n\r\n", 505}});
}

void TestLog::everyRefusalIsKnownByItsId()
{
    QFETCH(const QByteArray, request);
    QFETCH(const int, status);
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--upstream"_s, u"http://127.0.0.1:1/"_s});
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    client.send(request);
    const auto answer = client.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, status);
    const QString id = QString::fromLatin1(answer->fields.value("x-request-id"));
    QVERIFY(!id.isEmpty());
    QCOMPARE(QJsonDocument::fromJson(answer->body)[u"request_id"_s].toString(), id);
    const QJsonObject line = lineWith(server, u"http.request.id"_s, id);
    QCOMPARE(line[u"http.response.status_code"_s].toInt(), status);
    QCOMPARE(line[u"http.response.body.bytes"_s].toInteger(), answer->body.size());
    QCOMPARE(line[u"client.ip"_s].toString(), u"127.0.0.1"_s);
    QCOMPARE(line[u"trace.id"_s].toString().size(), 32);
    const QByteArray method = request.first(request.indexOf(' '));
    QCOMPARE(line[u"http.request.method"_s].toString(), status == 414 ? u"-"_s : QString::fromLatin1(method));
}

void TestLog::theUpstreamIsToldWhoseCallItIs()
{
    FakeUpstream upstream(FakeUpstream::answers("200 OK", "[]"));
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--upstream"_s, upstream.url().toString()});
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    client.send("GET /call_other_service HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: mine\r\ntraceparent: " + given
                + "\r\ntracestate: a=1\r\n\r\n");
    TRY_COMPARE(upstream.requests(), 1);
    std::optional<Answer> answer;
    const auto isAnswered = [&] { return (answer = client.read(10ms)).has_value(); };
    QVERIFY(
        QTest::qWaitFor(isAnswered, patience)); // a blocking wait would keep the upstream, which lives on this thread
    QCOMPARE(answer->fields.value("x-request-id"), "mine");
    QCOMPARE(answer->fields.value("traceparent"), given);
    for (const QByteArray &line :
         {QByteArray("X-Request-Id: mine"), "traceparent: " + given, QByteArray("tracestate: a=1")})
        QVERIFY2(upstream.heads().contains(line + "\r\n"), upstream.heads().constData());

    client.ask("/call_other_service"); // by nobody's name
    TRY_COMPARE(upstream.requests(), 2);
    QVERIFY(QTest::qWaitFor(isAnswered, patience));
    QVERIFY(upstream.heads().contains("X-Request-Id: " + answer->fields.value("x-request-id") + "\r\n"));
    QCOMPARE(upstream.heads().count("traceparent: 00-"), 2);
}

void TestLog::aLineTellsAllOfARequest()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--access-log"_s, u"all"_s});
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    client.send("GET /query_database?limit=3 HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: mine\r\ntraceparent: " + given
                + "\r\n\r\n");
    const auto answer = client.read();
    QVERIFY(answer);
    const QJsonObject line = lineWith(server, u"http.request.id"_s, u"mine"_s);
    QCOMPARE(line[u"http.request.method"_s].toString(), u"GET"_s);
    QCOMPARE(line[u"http.route"_s].toString(), u"/query_database"_s);
    QCOMPARE(line[u"url.path"_s].toString(), u"/query_database"_s);
    QCOMPARE(line[u"http.response.status_code"_s].toInt(), 200);
    QCOMPARE(line[u"http.response.body.bytes"_s].toInteger(), answer->body.size());
    QCOMPARE(line[u"trace.id"_s].toString(), QString::fromLatin1(given.sliced(3, 32)));
    QCOMPARE(line[u"span.id"_s].toString(), QString::fromLatin1(given.sliced(36, 16)));
    QVERIFY(line[u"openloop.timing.db"_s].toInteger() > 0);
    QVERIFY(line[u"event.duration"_s].toInteger() >= line[u"openloop.timing.db"_s].toInteger());
    QVERIFY(!line.contains(u"openloop.timing.compute"_s));
    QCOMPARE(statusOf(client.get("/factorizations/7")), 404);
    const QJsonObject one = lineWith(server, u"url.path"_s, u"/factorizations/7"_s);
    QCOMPARE(one[u"http.route"_s].toString(), u"/factorizations/{id}"_s); // by the name that it has in the metrics
    for (const auto &name : {u"@timestamp"_s, u"log.level"_s, u"message"_s, u"ecs.version"_s, u"log.logger"_s})
        QVERIFY2(!line[name].toString().isEmpty(), qPrintable(name));
}

void TestLog::aSlowRequestHasItsLine()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    QCOMPARE(statusOf(client.get("/health")), 200);
    QCOMPARE(statusOf(client.get("/test/database_sleep?ms=1200")), 200);
    const QJsonObject line = lineWith(server, u"http.route"_s, u"/test/database_sleep"_s);
    QVERIFY(line[u"event.duration"_s].toInteger() > 1'000'000'000);
    QCOMPARE(line[u"log.level"_s].toString(), u"warning"_s);
    QVERIFY(!server.standardError().contains("/health"));
}

// Whoever watches a job watches for long, and leaves when it likes: neither is worth a line.
void TestLog::aStreamIsNotSlow()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    QVERIFY(server.hold("sieving"));
    RawClient client(server.port());
    const auto accepted = client.post("/factorizations", "{\"n\":\"" + semiprime(150) + "\"}");
    QCOMPARE(statusOf(accepted), 202);
    {
        RawClient watcher(server.port());
        watcher.ask(accepted->fields.value("location") + "/events");
        QVERIFY(watcher.readSome().startsWith("HTTP/1.1 200"));
        QCOMPARE(statusOf(client.get("/test/database_sleep?ms=1200")), 200); // so much time passes
    }
    TRY_COMPARE(server.metric("openloop_requests_in_flight"), 1.0);
    QCOMPARE(statusOf(client.get("/nothing")), 404);
    QVERIFY(says(server, "/nothing"));
    QVERIFY(server.standardError().contains("/test/database_sleep"));
    QVERIFY2(!server.standardError().contains("/events"), server.standardError().constData());
}

void TestLog::textHasTheSameNames()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--log-format"_s, u"text"_s});
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    client.send("GET /no%22thing HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: mine\r\n\r\n");
    QCOMPARE(statusOf(client.read()), 404);
    QVERIFY(says(server, " info: GET (no route) 404 http.request.method=\"GET\" url.path=\"/no%22thing\""));
    QVERIFY(says(server, " http.request.id=\"mine\""));
}

// One character begins a command to a terminal, another turns what follows; a letter and a face are harmless.
void TestLog::textMovesNoCursor()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--log-format"_s, u"text"_s});
    QVERIFY(server.waitUntilReady());
    QCOMPARE(statusOf(RawClient(server.port()).get("/factorizations/%c2%9b31mRED%e2%80%ae%c3%bc%f0%9f%98%80")), 404);
    QVERIFY(says(server, "there is no job \\u009b31mRED\\u202eü😀"));
}

void TestLog::whatIsNotWantedIsNotWritten()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--access-log"_s, u"off"_s, u"--log-format"_s, u"text"_s});
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    QCOMPARE(statusOf(client.get("/nothing")), 404);
    QCOMPARE(server.stop(), 0);
    QVERIFY(says(server, "info: stopped"));
    QVERIFY2(!server.standardError().contains("(no route)"), server.standardError().constData());
}

// What is not written is counted: nothing is missing.
void TestLog::aFloodOfRefusalsIsAFewLines()
{
#ifdef __SANITIZE_ADDRESS__
    constexpr int crowd = 20'000; // ten times slower
#else
    constexpr int crowd = 100'000;
#endif
    constexpr int together = 100;
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    QElapsedTimer time;
    time.start();
    const QByteArray requests = QByteArray("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n").repeated(together);
    for (int i = 0; i < crowd / together; ++i) {
        QCoreApplication::processEvents(); // reads the log: what neither its pipe nor its queue can hold is dropped
        client.send(requests);
        for (int answer = 0; answer < together; ++answer)
            QCOMPARE(statusOf(client.read()), 404);
    }
    QCOMPARE(server.stop(), 0);
    const qint64 seconds = time.elapsed() / 1000 + 2; // begun ones as well
    QVERIFY(says(server, "stopped"));
    qint64 lines = 0;
    qint64 told = 0;
    for (const QJsonObject &line : linesOf(server)) {
        if (line[u"http.response.status_code"_s].toInt() != 404)
            continue;
        ++lines;
        told += line[u"openloop.repeated"_s].toInteger(1);
    }
    QCOMPARE(told, crowd);
    QVERIFY2(lines <= 100 * seconds && lines < crowd, qPrintable(QString::number(lines)));
}

void TestLog::theStartAndTheEndAreThere()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--drain-delay"_s, u"0.01"_s});
    QVERIFY(server.waitUntilReady());
    QVERIFY(says(server, "listens on http://127.0.0.1:" + QByteArray::number(server.port())));
    QCOMPARE(server.stop(), 0);
    QVERIFY(says(server, "stopped, exit code 0"));
    const QByteArray log = server.standardError();
    QVERIFY2(log.contains("SIGTERM: stops; requests are taken for 10 ms more"), log.constData());
    QVERIFY2(log.contains("drains: 0 requests in flight"), log.constData());
    for (const QJsonObject &line : linesOf(server))
        QVERIFY2(!line[u"@timestamp"_s].toString().isEmpty(), log.constData()); // every line is JSON
}

void TestLog::whatIsCutOffByTheDrainIsSaid()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--drain-timeout"_s, u"0.05"_s});
    QVERIFY(server.waitUntilReady());
    QVERIFY(server.hold("sieving"));
    RawClient client(server.port());
    client.ask("/factorize?n=" + semiprime(150)); // long enough to be held while it is sieved
    TRY_COMPARE(server.figure("held"), 1);
    QCOMPARE(server.stop(), 0);
    QVERIFY(says(server, "the time to drain is over; requests that are stopped: 1"));
}

void TestLog::theCircuitOpensAndCloses()
{
    FakeUpstream upstream(FakeUpstream::answers("500 Broken", "no"));
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--upstream"_s, upstream.url().toString()});
    QVERIFY(server.waitUntilReady());
    std::vector<RawClient> clients; // that wait for nothing: the upstream lives on this thread
    const auto isLeftAlone = [&] {
        clients.emplace_back(server.port());
        clients.back().ask("/call_other_service");
        return server.standardError().contains("left alone for a while");
    };
    TRY_VERIFY(isLeftAlone());
    upstream.behave(FakeUpstream::answers("200 OK", "[]"));
    QVERIFY(says(server, "the upstream is asked again")); // though nobody asks
}

void TestLog::theDatabaseIsLostAndBack()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"moved.sqlite"_s);
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--database"_s, u"sqlite:"_s + path});
    QVERIFY(server.waitUntilReady());
    QVERIFY(QFile::rename(path, path + u".away"_s));
    QVERIFY(says(server, "the database's file was deleted or moved"));
    QVERIFY(QFile::rename(path + u".away"_s, path));
    QVERIFY(says(server, "the database can be used again"));
}

// However many are cut, a second has one line; and each is counted once, however long its handler goes on.
void TestLog::slowClientsThatAreCutAreSummed()
{
    constexpr int crowd = 20;
    const auto before = qInstallMessageHandler(keepSaid);
    QElapsedTimer time;
    time.start();
    http::Limits limits;
    limits.streamStall = 500ms;
    AppThread app(limits, [](http::App &routes) {
        static int none = 0;
        routes.route("GET", u"/stream"_s, none, pourOut);
    });
    std::vector<RawClient> clients;
    for (int i = 0; i < crowd; ++i) {
        clients.emplace_back(app.port());
        clients.back().shrinkReceiveBuffer();
        clients.back().ask("/stream");
    }
    const auto cuts = [] {
        const QMutexLocker lock(&saidMutex);
        int sum = 0;
        for (const QString &message : said) {
            if (message.endsWith(u"slow clients were cut: they did not take their answers"))
                sum += message.section(u' ', 0, 0).toInt();
        }
        return sum;
    };
    const bool allAreOver = QTest::qWaitFor([&] { return cuts() >= crowd && app.inFlight() == 0; }, patience);
    qInstallMessageHandler(before);
    QVERIFY2(allAreOver, qPrintable(said.join(u'\n')));
    QVERIFY2(cuts() == crowd, qPrintable(said.join(u'\n')));
    QVERIFY2(said.size() <= time.elapsed() / 1000 + 1, qPrintable(said.join(u'\n')));
}

// Each thread waits for its last line from time to time: to give and to take meet both at a queue that is empty and at
// one that is not.
void TestLog::whatManyThreadsSayIsWrittenOnceAndInOrder()
{
    constexpr int threads = 4;
    constexpr int each = 2000;
    QTemporaryFile file;
    QVERIFY(file.open());
    auto *writer = new LogWriter(file.handle(), [](qint64 lines) { return QByteArray::number(lines) + " dropped\n"; });
    {
        std::vector<std::jthread> crew;
        for (int thread = 0; thread < threads; ++thread) {
            crew.emplace_back([writer, thread] {
                for (int i = 0; i < each; ++i) {
                    writer->write(QByteArray::number(thread) + ' ' + QByteArray::number(i) + '\n');
                    if (i % 50 == 0)
                        writer->flush(patience * 1ms);
                }
            });
        }
    }
    QVERIFY(writer->flush(patience * 1ms));
    QCOMPARE(writer->dropped(), 0);
    QVERIFY(!writer->isBusy());
    QVERIFY(file.seek(0));
    std::array<int, threads> next{};
    for (const QByteArray &line : file.readAll().trimmed().split('\n')) {
        const auto [thread, number] = std::pair(line.split(' ').value(0).toInt(), line.split(' ').value(1).toInt());
        QCOMPARE(number, next.at(thread)++);
    }
    for (const int written : next)
        QCOMPARE(written, each);
}

QTEST_GUILESS_MAIN(TestLog)
#include "test_log.moc"
