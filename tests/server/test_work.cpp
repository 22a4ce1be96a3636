// SPDX-License-Identifier: GPL-3.0-or-later
// Work under real traffic, against the real program: shared, bounded, fair, given up when nobody waits.
#include "tests/support/crowd.h"
#include "tests/support/numbers.h"
#include "tests/support/server_process.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>

#include <algorithm>
#include <sys/resource.h>
#include <thread>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

QByteArray semiprime(unsigned bits, unsigned long seed = 1)
{
    return QByteArray::fromStdString(openloop::tests::Numbers(seed).semiprime(bits).get_str());
}

const QByteArray seconds = "/factorize?n=" + semiprime(200); // 60 digits: 1 to 2 s of computing
const QByteArray minutes = "/factorize?n=" + semiprime(290); // 88 digits
const QByteArray moment = "/factorize?n=1000000016000000063";

QByteArray request(const QByteArray &path)
{
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

std::vector<RawClient> clientsOf(quint16 port, int count, const QByteArray &path, const char *from = "127.0.0.1")
{
    std::vector<RawClient> clients;
    for (int i = 0; i < count; ++i) {
        clients.emplace_back(port, from);
        clients.back().send(request(path));
    }
    return clients;
}

// How long those waited that got this status, ms, ascending.
std::vector<double> timesOf(const std::vector<Heard> &heard, int status)
{
    std::vector<double> times;
    for (const Heard &one : heard) {
        if (one.status == status)
            times.push_back(one.time.count());
    }
    std::sort(times.begin(), times.end());
    return times;
}

// A figure of /metrics; -1 if there is none.
double metric(quint16 port, const QByteArray &name)
{
    const auto answer = RawClient(port).get("/metrics");
    if (!answer)
        return -1;
    for (const QByteArray &line : answer->body.split('\n')) {
        if (line.startsWith(name + ' '))
            return line.sliced(name.size() + 1).toDouble();
    }
    return -1;
}

#ifdef __SANITIZE_ADDRESS__
constexpr bool memoryIsKept = true; // for a while after it was freed
#else
constexpr bool memoryIsKept = false;
#endif

// What /health takes, ms, median of 500.
double healthTime(RawClient &client)
{
    std::vector<double> times;
    for (int i = 0; i < 500; ++i) {
        const auto begun = Clock::now();
        if (client.get("/health"))
            times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begun).count());
    }
    std::sort(times.begin(), times.end());
    return times.empty() ? 0 : times[times.size() / 2];
}

const QByteArray longRunning = "openloop_pool_computations{lane=\"long\"}";
const QByteArray longQueued = "openloop_queue_length{lane=\"long\"}";
const QByteArray shared = "openloop_shared_computations_total";

} // namespace

class TestWork : public QObject
{
    Q_OBJECT

private slots:
    void equalNumbersAreComputedOnce();
    void workGoesOnWhileAnyoneWaits();
    void everyRequestBeyondTheBoundIsRefusedAtOnce();
    void crowdsLeaveNoMemoryTaken();
    void idleConnectionsCostLittle();
    void healthIsFirstInACrowd();
    void aBlockedLoopIsSeen();
    void aFloodOfLongNumbersDelaysNoShortOne();
    void clientsTakeTurns();
    void aDeadlineInTheQueueAnswersBeforeTheWorkStarts();
    void whatWasFoundOnceIsNotComputedAgain();
    void timeIsAccountedFor();
    void theMetricsAreClean();
    void aMadeUpMethodIsNoSeries();
    void theDescriptionIsTrue();
};

void TestWork::equalNumbersAreComputedOnce()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--cpu-threads"_s, u"2"_s});
    QVERIFY(server.waitUntilReady());
    auto clients = clientsOf(server.port(), 100, seconds);
    QTRY_COMPARE_WITH_TIMEOUT(metric(server.port(), shared), 99.0, 20'000);
    QCOMPARE(metric(server.port(), longRunning), 1.0);
    QCOMPARE(metric(server.port(), longQueued), 0.0);
    QSet<QByteArray> bodies;
    for (RawClient &client : clients) {
        const auto answer = client.read(60s);
        QVERIFY(answer);
        QCOMPARE(answer->status, 200);
        bodies.insert(answer->body);
    }
    QCOMPARE(bodies.size(), 1);
    QVERIFY(bodies.begin()->contains("\"exponent\":1},{"));
}

// The thread is free 50 ms after the last one has left: the best of some tries, for the machine has neighbours.
void TestWork::workGoesOnWhileAnyoneWaits()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--cpu-threads"_s, u"2"_s});
    QVERIFY(server.waitUntilReady());
    double best = std::numeric_limits<double>::infinity();
    for (int round = 0; round < 5 && best > 50; ++round) {
        auto clients = clientsOf(server.port(), 100, minutes);
        RawClient observer(server.port());
        const auto running = [&observer] {
            const auto answer = observer.get("/test/figures");
            return answer ? QJsonDocument::fromJson(answer->body)[u"running"_s].toInt(-1) : -1;
        };
        QTRY_VERIFY_WITH_TIMEOUT(running() > 0, 10'000);
        while (clients.size() > 1) {
            clients.back().reset();
            clients.pop_back();
        }
        QTRY_COMPARE_WITH_TIMEOUT(metric(server.port(), "openloop_requests_in_flight"), 2.0, 10'000);
        QVERIFY(running() > 0);
        clients.front().reset();
        const auto left = Clock::now();
        while (running() > 0 && Clock::now() - left < 10s)
            continue;
        best = std::min(best, std::chrono::duration<double, std::milli>(Clock::now() - left).count());
    }
    QVERIFY2(best <= 50, qPrintable(u"%1 ms until the thread was free"_s.arg(best)));
}

void TestWork::everyRequestBeyondTheBoundIsRefusedAtOnce()
{
    ServerProcess server(QStringLiteral(TEST_SERVER),
                         {u"--cpu-threads"_s, u"2"_s, u"--cpu-queue"_s, u"64"_s, u"--factorize-timeout"_s, u"5"_s});
    QVERIFY(server.waitUntilReady());
    const double threads = metric(server.port(), "process_threads");
    // different numbers, lest they share; a client at a time fills the pool and its queue
    std::vector<RawClient> waiting;
    for (unsigned long i = 0; i < 66; ++i) {
        waiting.emplace_back(server.port());
        waiting.back().send(request("/factorize?n=" + semiprime(290, i)));
    }
    QTRY_COMPARE_WITH_TIMEOUT(metric(server.port(), longQueued), 64.0, 10'000);

    const auto times = timesOf(askAtOnce(server.port(), minutes.chopped(1) + "1", 2000, 20s), 503);
    const auto healthy = timesOf(askAtOnce(server.port(), "/health", 2000, 20s), 200);
    QCOMPARE(times.size(), 2000);
    QCOMPARE(healthy.size(), 2000);
    qInfo("503 within %.1f ms (median), %.1f ms (all); 200 of /health %.1f ms, %.1f ms", times[1000], times.back(),
          healthy[1000], healthy.back());
    QVERIFY(times[1000] <= 3 * healthy[1000]); // turned away before anything is set up: see App::setDoor

    QVERIFY(metric(server.port(), "process_threads") <= threads + 2);
    const auto refused = RawClient(server.port()).get(minutes.chopped(1) + "1");
    QVERIFY(refused && refused->fields.value("retry-after").toInt() >= 1);
    for (RawClient &client : waiting)
        QCOMPARE(client.read(20s).value_or(Answer()).status, 504);
}

// The allocator keeps what the first crowds needed; then memory stays as it is: five crowds in a row take next to none.
void TestWork::crowdsLeaveNoMemoryTaken()
{
    if (memoryIsKept)
        QSKIP("AddressSanitizer's memory is not the service's");
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    double memory = 0;
    int flat = 0;
    for (int crowds = 0; crowds < 60 && flat < 5; ++crowds) {
        askAtOnce(server.port(), "/factorize?n=abc", 300, 20s);
        const double now = metric(server.port(), "process_resident_memory_bytes");
        flat = now <= memory + 5e5 ? flat + 1 : 0;
        memory = std::max(memory, now);
    }
    qInfo("%.0f MB", memory / 1e6);
    QVERIFY2(flat >= 5, "each crowd takes memory for good");
}

// As many as are let in, then one more; the answer to one of them does not wait for the others to be looked at.
void TestWork::idleConnectionsCostLittle()
{
    if (memoryIsKept)
        QSKIP("AddressSanitizer's memory is not the service's");
    constexpr int idle = 10'000;
    rlimit limit{};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_max < idle + 500)
        QSKIP("the system grants fewer descriptors");
    limit.rlim_cur = limit.rlim_max;
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &limit), 0);

    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    const double alone = healthTime(client);
    const double before = metric(server.port(), "process_resident_memory_bytes");
    std::vector<RawClient> crowd;
    for (int i = 0; i < idle - 1; ++i)
        crowd.emplace_back(server.port());
    QCOMPARE(crowd.back().get("/health").value_or(Answer()).status, 200); // all others are accepted by now

    RawClient beyond(server.port());
    QCOMPARE(beyond.read().value_or(Answer()).status, 503);
    QVERIFY(beyond.waitForClose());
    const double among = healthTime(client);
    for (int i = 0; i < 100; ++i)
        crowd.pop_back();
    QTRY_VERIFY(metric(server.port(), "process_resident_memory_bytes") > 0); // there is room again
    const double memory = metric(server.port(), "process_resident_memory_bytes") - before;
    qInfo("%.1f MB; /health %.3f ms alone, %.3f ms among them", memory / 1e6, alone, among);
    QVERIFY(memory < 64e6);
    QVERIFY(among <= 3 * alone);
}

// Crowd after crowd, each of which takes the loop a good while; who asks for /health waits a small part of that.
void TestWork::healthIsFirstInACrowd()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    QVERIFY(client.get("/health"));
    std::vector<double> crowd;
    std::jthread crowds([&](const std::stop_token &stop) {
        while (!stop.stop_requested()) {
            const auto times = timesOf(askAtOnce(server.port(), "/factorize?n=abc", 1000, 20s), 422);
            if (!times.empty())
                crowd.push_back(times.back());
        }
    });
    std::vector<double> times;
    for (int i = 0; i < 500; ++i) {
        const auto begun = Clock::now();
        QVERIFY(client.get("/health"));
        times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begun).count());
        std::this_thread::sleep_until(begun + 2ms);
    }
    crowds.request_stop();
    crowds.join();
    QVERIFY(!crowd.empty());
    std::sort(times.begin(), times.end());
    std::sort(crowd.begin(), crowd.end());
    qInfo("/health %.1f ms (95 of 100), the crowd %.1f ms", times[475], crowd[crowd.size() / 2]);
    QVERIFY(times[475] <= crowd[crowd.size() / 2] / 4);
}

// Counted in the lag histogram, and the log says where.
void TestWork::aBlockedLoopIsSeen()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    QCOMPARE(client.get("/test/database_sleep_on_the_loop?ms=600").value_or(Answer()).status, 200);
    const auto late = [&] {
        return metric(server.port(), "openloop_event_loop_lag_seconds_count")
            - metric(server.port(), "openloop_event_loop_lag_seconds_bucket{le=\"0.1\"}");
    };
    QTRY_VERIFY(late() >= 1);
    QTRY_VERIFY(server.standardError().contains("the event loop goes on; it stood still for"));
    const QByteArray log = server.standardError();
    QVERIFY2(log.contains("the event loop has stood still for"), log.constData());
    QVERIFY2(log.contains("openloop::http::") && log.contains("libQt6Sql"), log.constData());
}

void TestWork::aFloodOfLongNumbersDelaysNoShortOne()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--cpu-threads"_s, u"1"_s});
    QVERIFY(server.waitUntilReady());
    std::vector<RawClient> flood;
    for (unsigned long i = 0; i < 200; ++i) {
        flood.emplace_back(server.port());
        flood.back().send(request("/factorize?n=" + semiprime(232, i)));
    }
    QTRY_COMPARE_WITH_TIMEOUT(metric(server.port(), longQueued), 64.0, 10'000);
    std::vector<double> times;
    RawClient other(server.port());
    for (int i = 0; i < 20; ++i) {
        const auto begun = Clock::now();
        const auto answer = other.get(moment);
        times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begun).count());
        QVERIFY(answer);
        QCOMPARE(answer->status, 200);
    }
    std::nth_element(times.begin(), times.begin() + 10, times.end());
    qInfo("a short number takes %.1f ms (median) beside the flood", times[10]);
    QVERIFY(times[10] <= 100);
}

void TestWork::clientsTakeTurns()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--cpu-threads"_s, u"1"_s, u"--cpu-queue"_s, u"16"_s});
    QVERIFY(server.waitUntilReady());
    std::vector<RawClient> flood;
    for (unsigned long i = 0; i < 40; ++i) {
        flood.emplace_back(server.port());
        flood.back().send(request("/factorize?n=" + semiprime(190, i)));
    }
    QTRY_COMPARE_WITH_TIMEOUT(metric(server.port(), longQueued), 16.0, 10'000);
    RawClient single(server.port(), "127.0.0.2");
    const auto answer = single.get("/factorize?n=" + semiprime(190, 1000), 60s);
    QVERIFY(answer);
    QCOMPARE(answer->status, 200); // a place was made for it, and its turn came before the flood's 16
    QVERIFY(metric(server.port(), longQueued) >= 8);
    QCOMPARE(metric(server.port(), "openloop_displaced_computations_total"), 1.0);
}

void TestWork::aDeadlineInTheQueueAnswersBeforeTheWorkStarts()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--cpu-threads"_s, u"1"_s, u"--factorize-timeout"_s, u"1"_s});
    QVERIFY(server.waitUntilReady());
    RawClient first(server.port());
    first.send(request(minutes));
    QTRY_COMPARE_WITH_TIMEOUT(metric(server.port(), longRunning), 1.0, 10'000);
    const QByteArray number = semiprime(290, 2);
    RawClient second(server.port());
    second.send(request("/factorize?n=" + number));
    QTRY_COMPARE_WITH_TIMEOUT(metric(server.port(), longQueued), 1.0, 10'000);
    QCOMPARE(first.read().value_or(Answer()).status, 504);
    const auto answer = second.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, 504);
    const QJsonObject problem = QJsonDocument::fromJson(answer->body).object();
    QCOMPARE(problem[u"found"_s].toArray(), QJsonArray());
    QCOMPARE(problem[u"remaining"_s].toArray(), QJsonArray{QString::fromLatin1(number)});
}

void TestWork::whatWasFoundOnceIsNotComputedAgain()
{
    const QTemporaryDir folder;
    const QStringList arguments{u"--database"_s, u"sqlite:"_s + folder.filePath(u"kept.sqlite"_s)};
    const QByteArray path = "/factorize?n=" + semiprime(180);
    QByteArray first;
    {
        ServerProcess server(QStringLiteral(TEST_SERVER), arguments);
        QVERIFY(server.waitUntilReady());
        const auto answer = RawClient(server.port()).get(path, 60s);
        QVERIFY(answer);
        first = answer->body;
        QVERIFY(answer->fields.value("server-timing").contains("compute"));
        QCOMPARE(server.stop(), 0);
    }
    ServerProcess server(QStringLiteral(TEST_SERVER), arguments);
    QVERIFY(server.waitUntilReady());
    const auto again = RawClient(server.port()).get(path, 60s);
    QVERIFY(again);
    QCOMPARE(again->body, first);
    QVERIFY(!again->fields.value("server-timing").contains("compute"));
    QVERIFY(again->fields.value("server-timing").contains("db"));
}

void TestWork::timeIsAccountedFor()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    const QList<std::pair<QByteArray, QByteArray>> expected{
        {"/health", "total;dur="},
        {"/query_database", "db;dur="},
        {"/call_other_service", "upstream;dur="},
        {"/factorize?n=91", "compute;dur="},
        {"/factorize?n=91", "queue;dur="},
        {"/nowhere", "total;dur="},
    };
    for (const auto &[path, part] : expected) {
        const auto answer = client.get(path);
        QVERIFY(answer);
        QVERIFY2(answer->fields.value("server-timing").contains(part), path.constData());
    }
}

void TestWork::theMetricsAreClean()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    for (const char *path : {"/health", "/factorize?n=91", "/factorize?n=abc", "/nowhere", "/factorizations/x", "/metrics"})
        client.get(path);
    const auto metrics = client.get("/metrics");
    QVERIFY(metrics);
    QProcess promtool;
    promtool.start(u"promtool"_s, {u"check"_s, u"metrics"_s});
    QVERIFY2(promtool.waitForStarted(), "promtool is in Debian's package prometheus");
    promtool.write(metrics->body);
    promtool.closeWriteChannel();
    QVERIFY(promtool.waitForFinished());
    const QByteArray complaints = promtool.readAllStandardError() + promtool.readAllStandardOutput();
    QCOMPARE(complaints, QByteArray());
    QCOMPARE(promtool.exitCode(), 0);
    for (const char *name : {"openloop_http_requests_total{method=\"GET\",route=\"/factorize\",status=\"422\"} 1",
                             "openloop_http_requests_total{method=\"GET\",route=\"/factorizations/{id}\",status=\"404\"} 1",
                             "openloop_http_requests_total{method=\"GET\",route=\"none\",status=\"404\"} 1",
                             "openloop_event_loop_lag_seconds_bucket{le=\"0.001\"}", "openloop_build_info{"})
        QVERIFY2(metrics->body.contains(name), name);
}

void TestWork::aMadeUpMethodIsNoSeries()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    for (int i = 0; i < 100; ++i) {
        client.send("M" + QByteArray::number(i) + " /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
        QCOMPARE(client.read().value_or(Answer()).status, 405);
    }
    const auto metrics = client.get("/metrics");
    QVERIFY(metrics);
    QVERIFY(metrics->body.contains("openloop_http_requests_total{method=\"other\",route=\"/health\",status=\"405\"} 100"));
    QVERIFY(!metrics->body.contains("\"M7\""));
}

// What openapi.json describes is there, with these methods and no others.
void TestWork::theDescriptionIsTrue()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    const auto description = client.get("/openapi.json");
    QVERIFY(description);
    const QJsonObject paths = QJsonDocument::fromJson(description->body)[u"paths"_s].toObject();
    QVERIFY(paths.size() > 8);
    for (auto path = paths.begin(); path != paths.end(); ++path) {
        QSet<QString> described;
        for (const QString &key : path.value().toObject().keys()) {
            if (key != u"parameters")
                described.insert(key.toUpper());
        }
        client.send("OPTIONS " + path.key().replace(u"{id}"_s, u"0"_s).toLatin1() + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        const auto options = client.read();
        QVERIFY2(options && options->status == 204, qPrintable(path.key()));
        QSet<QString> allowed;
        for (const QByteArray &method : options->fields.value("allow").split(','))
            allowed.insert(QString::fromLatin1(method.trimmed()));
        allowed.remove(u"OPTIONS"_s);
        allowed.remove(u"HEAD"_s);
        QCOMPARE(allowed, described);
    }
    for (const char *page : {"/docs", "/redoc"})
        QVERIFY(client.get(page).value_or(Answer()).body.contains("openapi.json"));
}

QTEST_GUILESS_MAIN(TestWork)
#include "test_work.moc"
