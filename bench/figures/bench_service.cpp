// SPDX-License-Identifier: GPL-3.0-or-later
// The figures of the service in the README, measured in one run against the real program over HTTP.
#include "server/http/message/trace.h"
#include "server/upstream/stand_in.h"
#include "tests/support/clients/crowd.h"
#include "tests/support/clients/load.h"
#include "tests/support/patience.h"
#include "tests/support/peers/front.h"
#include "tests/support/peers/postgres.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_process.h"

#include <QCoreApplication>
#include <QFile>
#include <QRegularExpression>
#include <QStandardPaths>

#include <algorithm>
#include <cstdio>
#include <thread>
#include <unistd.h>

using namespace openloop;
using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int polls = 2000; // of /health in one round
constexpr auto pollInterval = 2ms;
constexpr int rounds = 5; // idle and saturated by turns; the median of the ratios is the figure
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

[[noreturn]] void giveUp(const char *why)
{
    std::fprintf(stderr, "bench: %s\n", why);
    std::exit(1);
}

Latency pollHealth(quint16 port, std::chrono::milliseconds interval = pollInterval)
{
    const auto latencies = healthLatencies(port, polls, interval);
    if (latencies.empty())
        giveUp("/health did not answer");
    return {latencies[std::size_t(polls / 2)], latencies[std::size_t(polls * 99 / 100)]};
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
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

double cpuSeconds(qint64 process)
{
    QFile file(u"/proc/%1/stat"_s.arg(process));
    if (!file.open(QIODevice::ReadOnly))
        giveUp("no /proc here");
    const QByteArray text = file.readAll();
    const QByteArrayList fields = text.sliced(text.lastIndexOf(')') + 2).split(' ');
    return double(fields[11].toLongLong() + fields[12].toLongLong()) / double(::sysconf(_SC_CLK_TCK));
}

struct Throughput {
    double perSecond = 0;
    double cpuMicroseconds = 0; // of the server, for each request
    qint64 failed = 0;
};

// Of a ServerProcess or a Front.
template <typename Server>
Throughput runWrk(const Server &server, const QString &path, int connections, int seconds = 5)
{
    const QString url = u"http://127.0.0.1:%1%2"_s.arg(server.port()).arg(path);
    const double before = cpuSeconds(server.processId());
    QProcess wrk;
    wrk.start(u"wrk"_s, {u"-t1"_s, u"-c%1"_s.arg(connections), u"-d%1s"_s.arg(seconds), url});
    if (!wrk.waitForFinished(60'000) || wrk.exitCode() != 0)
        giveUp("wrk (Debian: wrk) did not run");
    const QString text = QString::fromUtf8(wrk.readAllStandardOutput());
    const auto number = [&text](const QString &pattern) {
        return QRegularExpression(pattern).match(text).captured(1).toDouble();
    };
    const double requests = number(u"(\\d+) requests in"_s);
    return {number(u"Requests/sec:\\s+([\\d.]+)"_s), (cpuSeconds(server.processId()) - before) / requests * 1e6,
            qint64(number(u"Non-2xx or 3xx responses: (\\d+)"_s))};
}

void print(const char *name, const Throughput &measured)
{
    std::printf("%-27s %8.0f requests/s   %5.1f us of CPU each   %lld failed\n", name, measured.perSecond,
                measured.cpuMicroseconds, static_cast<long long>(measured.failed));
}

// nginx answers by itself what its configuration says, in one process.
void measureBesideNginx()
{
    const QByteArray name =
        http::Trace(http::RequestHead()).id().toByteArray(); // of a route that nothing here can have been made for
    qputenv("OPENLOOP_TEST_ROUTE", name);
    ServerProcess server(QStringLiteral(TEST_SERVER));
    qunsetenv("OPENLOOP_TEST_ROUTE");
    const Front nginx(
        Front::Nginx,
        "pid nginx.pid; master_process off; events {} http { access_log off; keepalive_requests 100000000; "
        "client_body_temp_path body; proxy_temp_path proxied; fastcgi_temp_path fastcgi; "
        "uwsgi_temp_path uwsgi; scgi_temp_path scgi; server { listen FRONT; location / { "
        "default_type application/json; return 200 '{\"status\":\"healthy\"}'; } } }",
        0);
    if (!server.waitUntilReady())
        giveUp("the server did not start");
    while (!nginx.isReady())
        std::this_thread::sleep_for(10ms);
    std::vector<double> health, argument, beside, healthRatios, argumentRatios;
    for (int round = 0; round < 2 * rounds + 1; ++round) {
        health.push_back(runWrk(server, u"/health"_s, 64, 2).cpuMicroseconds);
        beside.push_back(runWrk(nginx, u"/health"_s, 64, 2).cpuMicroseconds);
        argument.push_back(
            runWrk(server, u'/' + QString::fromLatin1(name) + u"/some-argument"_s, 64, 2).cpuMicroseconds);
        healthRatios.push_back(health.back() / beside.back());
        argumentRatios.push_back(argument.back() / beside.back());
    }
    const auto printBeside = [&](const char *what, const std::vector<double> &times,
                                 const std::vector<double> &ratios) {
        std::printf("%-27s %.1f us of CPU each, nginx's `return 200` %.1f: ratio %.2f (at most 1.6)\n", what,
                    median(times), median(beside), median(ratios));
    };
    printBeside("/health, 64 connections", health, healthRatios);
    printBeside("a route with an argument", argument, argumentRatios);
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

// The same server with and without metrics and Server-Timing, by turns.
void measureObservation()
{
    ServerProcess measured(QStringLiteral(TEST_SERVER));
    qputenv("OPENLOOP_TEST_UNMEASURED", "1");
    ServerProcess plain(QStringLiteral(TEST_SERVER));
    qunsetenv("OPENLOOP_TEST_UNMEASURED");
    if (!measured.waitUntilReady() || !plain.waitUntilReady())
        giveUp("the server did not start");
    std::vector<double> with, without, ratios;
    for (int round = 0; round < 2 * rounds + 1; ++round) {
        with.push_back(runWrk(measured, u"/health"_s, 64, 2).cpuMicroseconds);
        without.push_back(runWrk(plain, u"/health"_s, 64, 2).cpuMicroseconds);
        ratios.push_back(with.back() / without.back());
    }
    std::printf(
        "metrics and Server-Timing   %.1f us of CPU for each /health, %.1f us without: ratio %.2f (at most 1.15)\n",
        median(with), median(without), median(ratios));
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

// One loop and two by turns; and two of which one stands still meanwhile, beside themselves before that.
void measureLoops()
{
    ServerProcess one(QStringLiteral(TEST_SERVER));
    ServerProcess two(QStringLiteral(TEST_SERVER), {u"--loops"_s, u"2"_s});
    if (!one.waitUntilReady() || !two.waitUntilReady())
        giveUp("the server did not start");
    std::vector<double> ones, twos, ratios, free, blocked, waits;
    for (int round = 0; round < 2 * rounds + 1; ++round) {
        ones.push_back(runWrk(one, u"/health"_s, 64, 2).cpuMicroseconds);
        twos.push_back(runWrk(two, u"/health"_s, 64, 2).cpuMicroseconds);
        ratios.push_back(twos.back() / ones.back());
        std::vector<RawClient> clients; // the first is of home, the last of the other loop, or the reverse
        do {
            clients.emplace_back(two.port());
        } while (clients.back().get("/test/loop")->body == clients.front().get("/test/loop")->body);
        free.push_back(newcomersWait(two.port()));
        clients.front().ask("/test/stand_still");
        while (!clients.back().get("/test/standing")->body.contains('1'))
            ;
        blocked.push_back(newcomersWait(two.port()));
        waits.push_back(blocked.back() / free.back());
        clients.back().get("/test/let_go");
    }
    std::printf("two loops                   %.1f us of CPU for each /health, %.1f us with one: ratio %.2f (at most "
                "1.15)\n",
                median(twos), median(ones), median(ratios));
    std::printf(
        "one of them stands still    p99 of 200 new clients %.2f ms, %.2f ms before: ratio %.2f (at most 1.5)\n",
        median(blocked), median(free), median(waits));
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
    const QString path = u"/query_database?user_id=3&completed=false"_s;
    {
        ServerProcess server(QStringLiteral(SERVER));
        if (!server.waitUntilReady())
            giveUp("the server did not start");
        print("/query_database, SQLite", runWrk(server, path, 32));
    }
    Postgres postgres;
    ServerProcess server(QStringLiteral(SERVER), {u"--database"_s, postgres.databaseUrl(u"bench"_s)});
    if (!server.waitUntilReady())
        giveUp("the server did not start on PostgreSQL");
    print("/query_database, PostgreSQL", runWrk(server, path, 32));
}

} // namespace

/// bench_service [loops]: that figure alone
int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    if (argc == 2 && QByteArrayView(argv[1]) == "loops") {
        measureLoops();
        return 0;
    }
    {
        ServerProcess server(QStringLiteral(SERVER), {u"--factorize-timeout"_s, u"20"_s});
        if (!server.waitUntilReady())
            giveUp("the server did not start");
        measureHealthUnderSaturation(server);
        print("/health, 64 connections", runWrk(server, u"/health"_s, 64));
    }
    measureBesideNginx();
    measureObservation();
    measureLoops();
    measureOverload();
    measureConcurrentCalls();
    measureQueries();
    return 0;
}
