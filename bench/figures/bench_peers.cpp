// SPDX-License-Identifier: GPL-3.0-or-later
// nginx from build/peers, and the service of bench/fastapi.
#include "bench/figures/bench_peers.h"
#include "bench/figures/wrk.h"
#include "server/http/message/trace.h"
#include "tests/support/peers/front.h"
#include "tests/support/peers/postgres.h"
#include "tests/support/server_process.h"

#include <QProcess>
#include <QRegularExpression>

#include <cstdio>
#include <thread>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::bench {
namespace {

constexpr int rounds = 11;
constexpr int loopRounds = 31; // of a second each, among neighbours that come and go

/// The article's service, started by uvicorn; stopped by the destructor.
class FastApi
{
public:
    explicit FastApi(const QString &database)
    {
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"DATABASE"_s, database);
        m_process.setProcessEnvironment(environment);
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        m_process.start(u"/usr/bin/python3"_s,
                        {u"-m"_s, u"uvicorn"_s, u"--app-dir"_s, QStringLiteral(FASTAPI), u"--port"_s, u"0"_s,
                         u"--loop"_s, u"uvloop"_s, u"--http"_s, u"httptools"_s, u"--no-access-log"_s,
                         u"service:app"_s});
    }
    ~FastApi()
    {
        m_process.kill();
        m_process.waitForFinished();
    }
    Q_DISABLE_COPY_MOVE(FastApi)

    /// False: it ended instead.
    bool waitUntilReady()
    {
        static const QRegularExpression address(u"http://127\\.0\\.0\\.1:(\\d+)"_s);
        while (m_port == 0 && m_process.waitForReadyRead()) {
            m_output += m_process.readAll();
            m_port = address.match(QString::fromUtf8(m_output)).captured(1).toUShort();
        }
        return m_port != 0;
    }

    quint16 port() const { return m_port; }
    qint64 processId() const { return m_process.processId(); }

private:
    QProcess m_process;
    QByteArray m_output;
    quint16 m_port = 0;
};

// Answers by itself what its configuration says: in one process, or in as many as share what comes.
class Nginx : public Front
{
public:
    explicit Nginx(int workers) : Front(Front::Nginx, configuration(workers), 0)
    {
        while (!isReady())
            std::this_thread::sleep_for(10ms);
    }

private:
    static QByteArray configuration(int workers)
    {
        return "pid nginx.pid; master_process " + QByteArray(workers == 1 ? "off" : "on") + "; worker_processes "
            + QByteArray::number(workers)
            + "; events {} http { access_log off; keepalive_requests 100000000; client_body_temp_path body; "
              "proxy_temp_path proxied; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi; "
              "server { listen FRONT reuseport; location / { default_type application/json; "
              "return 200 '{\"status\":\"healthy\"}'; } } }";
    }
};

} // namespace

void measureBesideNginx()
{
    const QByteArray name =
        http::Trace(http::RequestHead()).id().toByteArray(); // of a route that nothing here can have been made for
    qputenv("OPENLOOP_TEST_ROUTE", name);
    ServerProcess server(QStringLiteral(TEST_SERVER));
    qunsetenv("OPENLOOP_TEST_ROUTE");
    const Nginx nginx(1);
    if (!server.waitUntilReady())
        giveUp("the server did not start");
    std::vector<double> health, argument, beside, healthRatios, argumentRatios;
    for (int round = 0; round < rounds; ++round) {
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

void measureLoopsBesideNginx()
{
    ServerProcess one(QStringLiteral(TEST_SERVER));
    ServerProcess two(QStringLiteral(TEST_SERVER), {u"--loops"_s, u"2"_s});
    const Nginx nginxOfOne(1), nginxOfTwo(2);
    if (!one.waitUntilReady() || !two.waitUntilReady())
        giveUp("the server did not start");
    const auto timeOf = [](const auto &server) { return runWrk(server, u"/health"_s, 64, 1).cpuMicroseconds; };
    std::vector<double> ones, twos, ratios, nginxRatios;
    for (int round = 0; round < loopRounds; ++round) {
        ones.push_back(timeOf(one));
        twos.push_back(timeOf(two));
        ratios.push_back(twos.back() / ones.back());
        const double ofOne = timeOf(nginxOfOne);
        nginxRatios.push_back(timeOf(nginxOfTwo) / ofOne);
    }
    std::printf("two loops, clients among    %.1f us of CPU for each /health, %.1f us with one: ratio %.2f; of nginx's "
                "two workers to one %.2f\n",
                median(twos), median(ones), median(ratios), median(nginxRatios));
}

void measureBesideFastApi()
{
    const QString path = u"/query_database?limit=10"_s;
    Postgres postgres;
    const QString database = postgres.databaseUrl(u"bench"_s);
    ServerProcess server(QStringLiteral(SERVER), {u"--database"_s, database});
    if (!server.waitUntilReady())
        giveUp("the server did not start on PostgreSQL");
    FastApi fastApi(database);
    if (!fastApi.waitUntilReady()) {
        std::printf("/query_database beside FastAPI: not installed (bench/fastapi/packages.txt)\n");
        return;
    }
    std::vector<double> ours, theirs, ratios;
    for (int round = 0; round < rounds / 2; ++round) {
        const Throughput own = runWrk(server, path, 32, 3), other = runWrk(fastApi, path, 32, 3);
        if (own.failed + other.failed > 0)
            giveUp("/query_database failed");
        ours.push_back(own.perSecond);
        theirs.push_back(other.perSecond);
        ratios.push_back(own.perSecond / other.perSecond);
    }
    std::printf("/query_database, PostgreSQL %8.0f requests/s, FastAPI %.0f: %.1f times as many (at least 5)\n",
                median(ours), median(theirs), median(ratios));
}

} // namespace openloop::bench
