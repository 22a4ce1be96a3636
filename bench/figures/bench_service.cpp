// SPDX-License-Identifier: GPL-3.0-or-later
// The figures of the service in the README, measured in one run against the real program over HTTP.
#include "bench/figures/bench_peers.h"
#include "bench/figures/wrk.h"
#include "server/upstream/stand_in.h"
#include "tests/support/clients/crowd.h"
#include "tests/support/clients/load.h"
#include "tests/support/patience.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_process.h"

#include <QCoreApplication>

#include <algorithm>
#include <cstdio>
#include <thread>

using namespace openloop;
using namespace openloop::bench;
using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int polls = 2000; // of /health in one round
constexpr auto pollInterval = 2ms;
constexpr int rounds = 5; // idle and saturated by turns; the median of the ratios is the figure
constexpr int shortRounds = 31; // of what takes a second or less, among neighbours that come and go
constexpr int concurrentCalls = 1000;
constexpr auto upstreamDelay = 200ms;

// A product of two 45-digit primes, beyond what a thread does in its deadline; another one for each client, for equal
// numbers are computed once.
QByteArray saturating(unsigned long client)
{
    return "/factorize?n=" + semiprime(298, client);
}

struct Latency {
    double p50 = 0; // ms
    double p99 = 0;
};

Latency pollHealth(quint16 port, std::chrono::milliseconds interval = pollInterval)
{
    const auto latencies = healthLatencies(port, polls, interval);
    if (latencies.empty())
        giveUp("/health did not answer");
    return {latencies[std::size_t(polls / 2)], latencies[std::size_t(polls * 99 / 100)]};
}

void measureHealthUnderSaturation(ServerProcess &server)
{
    pollHealth(server.port());
    std::vector<double> ratios, idle50, idle99, busy50, busy99;
    for (int round = 0; round < rounds; ++round) {
        const Latency idle = pollHealth(server.port());
        const Load saturation(server.port(), saturating, 8);
        std::this_thread::sleep_for(200ms); // until the pool is full
        const Latency busy = pollHealth(server.port());
        ratios.push_back(busy.p99 / idle.p99);
        idle50.push_back(idle.p50);
        idle99.push_back(idle.p99);
        busy50.push_back(busy.p50);
        busy99.push_back(busy.p99);
    }
    std::printf("/health, idle               p50 %.3f ms   p99 %.3f ms\n", median(idle50), median(idle99));
    std::printf("/health, pool saturated     p50 %.3f ms   p99 %.3f ms   p99 ratio %.2f (at most 1.5)\n",
                median(busy50), median(busy99), median(ratios));
}

// Two thousand at once against a full pool and queue: what the refused wait, and what /health does in these seconds.
void measureOverload()
{
    ServerProcess server(QStringLiteral(SERVER));
    if (!server.waitUntilReady())
        giveUp("the server did not start");
    pollHealth(server.port());
    const Latency idle = pollHealth(server.port());
    std::vector<RawClient> waiting;
    for (unsigned long i = 0; i < 64 + 2; ++i) {
        waiting.emplace_back(server.port());
        waiting.back().ask(saturating(i));
    }
    const auto queueIsFull = [&server] { return server.metric("openloop_queue_length{lane=\"long\"}") == 64; };
    while (!queueIsFull())
        std::this_thread::sleep_for(10ms);
    std::vector<double> times;
    Latency busy;
    {
        const std::jthread polling([&] { busy = pollHealth(server.port(), 5 * pollInterval); });
        std::this_thread::sleep_for(200ms); // until it polls
        for (const Heard &heard : askAtOnce(server.port(), saturating(1000), 2000, 30s)) {
            if (heard.status == 503)
                times.push_back(heard.time.count());
        }
    }
    if (times.empty())
        giveUp("nothing was refused");
    std::sort(times.begin(), times.end());
    std::printf("2,000 at once, pool full    %zu refused: %.0f ms (median), %.0f ms (last)   /health p99 ratio %.2f\n",
                times.size(), median(times), times.back(), busy.p99 / idle.p99);
}

// The same server by turns: as it is, without the access log, and without metrics and Server-Timing either.
void measureObservation()
{
    ServerProcess whole(QStringLiteral(TEST_SERVER), {u"--access-log"_s, u"slow"_s});
    ServerProcess silent(QStringLiteral(TEST_SERVER), {u"--access-log"_s, u"off"_s});
    qputenv("OPENLOOP_TEST_UNMEASURED", "1");
    ServerProcess plain(QStringLiteral(TEST_SERVER), {u"--access-log"_s, u"off"_s});
    qunsetenv("OPENLOOP_TEST_UNMEASURED");
    if (!whole.waitUntilReady() || !silent.waitUntilReady() || !plain.waitUntilReady())
        giveUp("the server did not start");
    std::vector<double> times, logRatios, ratios;
    for (int round = 0; round < 2 * rounds + 1; ++round) {
        const auto timeOf = [](const ServerProcess &server) {
            return runWrk(server, u"/health"_s, 64, 2).cpuMicroseconds;
        };
        times.push_back(timeOf(whole));
        logRatios.push_back(times.back() / timeOf(silent));
        ratios.push_back(times.back() / timeOf(plain));
    }
    std::printf("observation                 %.1f us of CPU for each /health; ratio without access log %.2f, without "
                "metrics and Server-Timing either %.2f (at most 1.15 each)\n",
                median(times), median(logRatios), median(ratios));
}

// What 200 new clients, one after the other, wait for the answer of /health: p99 in ms.
double newcomersWait(quint16 port)
{
    std::vector<double> times;
    for (int i = 0; i < 200; ++i) {
        const auto begun = Clock::now();
        if (statusOf(RawClient(port).get("/health")) != 200)
            giveUp("a new client was not answered");
        times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begun).count());
    }
    std::sort(times.begin(), times.end());
    return times[197];
}

// Who answers may run on all processors but the last, which is the client's, as if it were another machine.
QStringList on(bool client)
{
    const auto last = QString::number(std::thread::hardware_concurrency() - 1);
    return {u"taskset"_s, u"-c"_s, client ? last : u"0-%1"_s.arg(std::max(0, last.toInt() - 1))};
}

void measureCostOfLoops()
{
    const QStringList client = on(true), server = on(false);
    ServerProcess one(QStringLiteral(TEST_SERVER), {}, server);
    ServerProcess two(QStringLiteral(TEST_SERVER), {u"--loops"_s, u"2"_s}, server);
    if (!one.waitUntilReady() || !two.waitUntilReady())
        giveUp("the server did not start");
    std::vector<double> ones, twos, ratios;
    for (int round = 0; round < shortRounds; ++round) {
        ones.push_back(runWrk(one, u"/health"_s, 64, 1, client).cpuMicroseconds);
        twos.push_back(runWrk(two, u"/health"_s, 64, 1, client).cpuMicroseconds);
        ratios.push_back(twos.back() / ones.back());
    }
    std::printf(
        "two loops, clients apart    %.1f us of CPU for each /health, %.1f us with one: ratio %.2f (at most 1.15)\n",
        median(twos), median(ones), median(ratios));
}

// Two loops of which one stands still, beside themselves before that.
void measureStuckLoop()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--loops"_s, u"2"_s});
    if (!server.waitUntilReady())
        giveUp("the server did not start");
    std::vector<double> free, blocked, waits;
    for (int round = 0; round < shortRounds; ++round) {
        std::vector<RawClient> clients; // the first is of home, the last of the other loop, or the reverse
        do {
            clients.emplace_back(server.port());
        } while (clients.back().get("/test/loop")->body == clients.front().get("/test/loop")->body);
        free.push_back(newcomersWait(server.port()));
        clients.front().ask("/test/stand_still");
        while (!clients.back().get("/test/standing")->body.contains('1'))
            ;
        blocked.push_back(newcomersWait(server.port()));
        waits.push_back(blocked.back() / free.back());
        clients.back().get("/test/let_go");
    }
    std::printf(
        "one of them stands still    p99 of 200 new clients %.2f ms, %.2f ms before: ratio %.2f (at most 1.5)\n",
        median(blocked), median(free), median(waits));
}

void measureLoops()
{
    measureCostOfLoops();
    measureLoopsBesideNginx();
    measureStuckLoop();
}

void measureConcurrentCalls()
{
    const StandIn upstream(upstreamDelay);
    ServerProcess server(QStringLiteral(SERVER), {u"--upstream"_s, upstream.url().toString()});
    if (!server.waitUntilReady())
        giveUp("the server did not start");
    std::vector<RawClient> clients;
    for (int i = 0; i < concurrentCalls; ++i)
        clients.emplace_back(server.port());
    std::vector<double> seconds;
    for (int round = 0; round < 3; ++round) {
        const auto start = Clock::now();
        for (RawClient &client : clients)
            client.ask("/call_other_service");
        for (RawClient &client : clients) {
            const auto answer = client.read();
            if (!answer || answer->status != 200)
                giveUp("a call to the upstream failed");
        }
        seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
    }
    std::printf("1,000 /call_other_service   %.2f s the first time, %.2f s then; upstream 200 ms (at most 1.0)\n",
                seconds.front(), std::min(seconds[1], seconds[2]));
}

void measureQueries()
{
    ServerProcess server(QStringLiteral(SERVER));
    if (!server.waitUntilReady())
        giveUp("the server did not start");
    print("/query_database, SQLite", runWrk(server, u"/query_database?user_id=3&completed=false"_s, 32));
}

void measureHealth()
{
    ServerProcess server(QStringLiteral(SERVER), {u"--factorize-timeout"_s, u"20"_s});
    if (!server.waitUntilReady())
        giveUp("the server did not start");
    measureHealthUnderSaturation(server);
    print("/health, 64 connections", runWrk(server, u"/health"_s, 64));
}

struct Part {
    QByteArrayView name;
    void (*measure)();
};

constexpr Part parts[] = {
    {"health", measureHealth},   {"nginx", measureBesideNginx},     {"observation", measureObservation},
    {"loops", measureLoops},     {"overload", measureOverload},     {"calls", measureConcurrentCalls},
    {"queries", measureQueries}, {"fastapi", measureBesideFastApi},
};

} // namespace

/// bench_service [PART]...: those alone
int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    const QStringList wanted = application.arguments().sliced(1);
    for (const Part &part : parts) {
        if (wanted.isEmpty() || wanted.contains(QString::fromLatin1(part.name)))
            part.measure();
    }
    return 0;
}
