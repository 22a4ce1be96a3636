// SPDX-License-Identifier: GPL-3.0-or-later
// Many clients at once, against the real program: refused at once, no memory taken, and /health first.
#include "tests/support/child_process.h"
#include "tests/support/clients/crowd.h"
#include "tests/support/patience.h"
#include "tests/support/server_process.h"

#include <QTest>

#include <algorithm>
#include <csignal>
#include <limits>
#include <sched.h>
#include <sys/resource.h>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

// 100 digits, others for each seed lest they share: hours of a thread, so that none is done before its client leaves.
QByteArray hours(unsigned long seed)
{
    return "/factorize?n=" + semiprime(330, seed);
}

std::vector<RawClient> crowdOf(quint16 port, int count)
{
    std::vector<RawClient> crowd;
    for (int i = 0; i < count; ++i)
        crowd.emplace_back(port);
    return crowd;
}

const QByteArray longQueued = "openloop_queue_length{lane=\"long\"}";

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

} // namespace

class TestCrowds : public QObject
{
    Q_OBJECT

private slots:
    void everyRequestBeyondTheBoundIsRefusedAtOnce();
    void crowdsLeaveNoMemoryTaken();
    void idleConnectionsCostLittle();
    void descriptorsThatRunOutStopNobody();
    void healthIsFirstInACrowd();
};

// What it costs to say no, against what /health costs: in the service's own processor time, which neither the clients
// of this machine nor its neighbours lengthen, while the pool is held and takes none.
void TestCrowds::everyRequestBeyondTheBoundIsRefusedAtOnce()
{
    constexpr int count = 2000;
    ServerProcess server(QStringLiteral(TEST_SERVER),
                         {u"--cpu-threads"_s, u"2"_s, u"--cpu-queue"_s, u"64"_s, u"--factorize-timeout"_s, u"600"_s});
    QVERIFY(server.waitUntilReady());
    QVERIFY(server.hold("trial division", "&lends=no"));
    const double threads = server.metric("process_threads");
    std::vector<RawClient> waiting; // they fill the pool and its queue
    for (unsigned long i = 0; i < 66; ++i) {
        waiting.emplace_back(server.port());
        waiting.back().ask(hours(i));
        if (i == 1) // the queue is for those that come when both threads are busy
            TRY_COMPARE(server.figure("held"), 2);
    }
    TRY_COMPARE(server.metric(longQueued), 64.0);

    const auto costOf = [&](const QByteArray &path, int status) { // s of the processors; -1: some were not answered so
        const double before = server.processorTime();
        const auto heard = askAtOnce(server.port(), path, count, 60s);
        const double after = server.processorTime();
        return std::ranges::count(heard, status, &Heard::status) == count ? after - before : -1;
    };
    double best = std::numeric_limits<double>::infinity();
    for (int round = 0; round < 5 && best > 3; ++round) { // a neighbour's cache misses are ours as well
        const double refused = costOf(hours(66), 503);
        const double healthy = costOf("/health", 200);
        QVERIFY(refused > 0 && healthy > 0);
        qInfo("each 503 costs %.3f ms, each 200 of /health %.3f ms", refused / count * 1e3, healthy / count * 1e3);
        best = std::min(best, refused / healthy);
    }
    QVERIFY(best <= 3); // turned away before anything is set up: see App::setAdmission

    QVERIFY(server.metric("process_threads") <= threads + 2);
    const auto refused = RawClient(server.port()).get(hours(66));
    QVERIFY(refused && refused->fields.value("retry-after").toInt() >= 1);
    waiting.clear();
    TRY_COMPARE(server.metric(longQueued), 0.0);
}

// The allocator keeps what the first crowds needed; then memory stays as it is: five crowds in a row take next to none.
void TestCrowds::crowdsLeaveNoMemoryTaken()
{
    if (memoryIsKept)
        QSKIP("AddressSanitizer's memory is not the service's");
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    double memory = 0;
    int flat = 0;
    for (int crowds = 0; crowds < 60 && flat < 5; ++crowds) {
        askAtOnce(server.port(), "/factorize?n=abc", 300, 20s);
        const double now = server.metric("process_resident_memory_bytes");
        flat = now <= memory + 5e5 ? flat + 1 : 0;
        memory = std::max(memory, now);
    }
    qInfo("%.0f MB", memory / 1e6);
    QVERIFY2(flat >= 5, "each crowd takes memory for good");
}

// This program and those that it starts meanwhile share one: a wake-up takes the same each time then.
class OneProcessor
{
public:
    OneProcessor()
    {
        ::sched_getaffinity(0, sizeof m_before, &m_before);
        cpu_set_t one;
        CPU_ZERO(&one);
        for (int processor = 0; CPU_COUNT(&one) == 0; ++processor) {
            if (CPU_ISSET(processor, &m_before))
                CPU_SET(processor, &one);
        }
        ::sched_setaffinity(0, sizeof one, &one);
    }
    ~OneProcessor() { ::sched_setaffinity(0, sizeof m_before, &m_before); }
    Q_DISABLE_COPY_MOVE(OneProcessor)

private:
    cpu_set_t m_before{};
};

// As many as are let in, then one more; the answer to one of them does not wait for the others to be looked at.
void TestCrowds::idleConnectionsCostLittle()
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

    const OneProcessor both;
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    const double alone = healthTime(client);
    const double before = server.metric("process_resident_memory_bytes");
    std::vector<RawClient> crowd;
    for (int i = 0; i < idle - 1; ++i)
        crowd.emplace_back(server.port());
    QCOMPARE(statusOf(crowd.back().get("/health")), 200); // all others are accepted by now

    RawClient beyond(server.port());
    QCOMPARE(statusOf(beyond.read()), 503);
    QVERIFY(beyond.waitForClose());
    double among = healthTime(client);
    for (int tries = 0; tries < 2 && among > 3 * alone; ++tries) // the machine has neighbours
        among = std::min(among, healthTime(client));
    for (int i = 0; i < 100; ++i)
        crowd.pop_back();
    double now = -1;
    TRY_VERIFY((now = server.metric("process_resident_memory_bytes")) > 0); // there is room again
    const double memory = now - before;
    qInfo("%.1f MB; /health %.3f ms alone, %.3f ms among them", memory / 1e6, alone, among);
    QVERIFY(memory < 64e6);
    QVERIFY(among <= 3 * alone);
}

// What needs a descriptor of its own for the first time finds one, however many clients there are.
void TestCrowds::descriptorsThatRunOutStopNobody()
{
    for (const int granted : {64, 256}) {
        ServerProcess server(QStringLiteral(TEST_SERVER), {}, {u"prlimit"_s, u"--nofile=%1"_s.arg(granted)});
        QVERIFY(server.waitUntilReady());
        RawClient client(server.port());
        QCOMPARE(statusOf(client.get("/health")), 200);
        std::vector<RawClient> crowd = crowdOf(server.port(), granted);
        QVERIFY(crowd.back().waitForClose());
        for (const char *path : {"/factorize?n=360", "/call_other_service", "/query_database", "/health"})
            QCOMPARE(statusOf(client.get(path)), 200);
        crowd.clear();
        TRY_COMPARE(statusOf(RawClient(server.port()).get("/health")), 200);
        QCOMPARE(server.stop(), 0);
    }
}

// The server stands still until all have asked, who asks for /health last. Each of the crowd is told how often /health
// had been answered before: that counts, not when a client of this machine gets to read what it was told.
void TestCrowds::healthIsFirstInACrowd()
{
    constexpr int count = 500;
    const QByteArray answered = "openloop_http_requests_total{method=\"GET\",route=\"/health\",status=\"200\"} ";
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    QCOMPARE(statusOf(client.get("/health")), 200);
    std::vector<RawClient> crowd = crowdOf(server.port(), count);
    QCOMPARE(statusOf(crowd.back().get("/metrics")), 200); // all others are accepted by now
    QVERIFY(standStill(pid_t(server.processId())));
    for (RawClient &one : crowd)
        one.ask("/metrics");
    client.ask("/health");
    QCOMPARE(::kill(pid_t(server.processId()), SIGCONT), 0);
    QCOMPARE(statusOf(client.read()), 200);
    int before = 0;
    for (RawClient &one : crowd) {
        const auto metrics = one.read();
        QVERIFY(metrics);
        QVERIFY(metrics->body.contains(answered));
        before += metrics->body.contains(answered + "1\n") ? 1 : 0;
    }
    qInfo("%d of %d were answered before", before, count);
    QVERIFY(before < count / 2);
}

QTEST_GUILESS_MAIN(TestCrowds)
#include "test_crowds.moc"
