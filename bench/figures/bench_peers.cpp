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

} // namespace

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
