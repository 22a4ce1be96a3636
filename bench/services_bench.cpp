// SPDX-License-Identifier: GPL-3.0-or-later
// How fast the services wait: calls to a slow upstream, and rows from a database, without the HTTP server in front.
#include "server/stand_in.h"
#include "server/store.h"
#include "server/upstream.h"
#include "tests/support/postgres.h"

#include <QCoroTask>

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QTemporaryDir>

#include <cstdio>

using namespace openloop;
using namespace std::chrono_literals;

namespace {

struct Tally {
    int left = 0;
    int failed = 0;
    QEventLoop loop;

    void done(bool ok)
    {
        failed += ok ? 0 : 1;
        if (--left == 0)
            loop.quit();
    }
};

QCoro::Task<void> callOnce(Upstream &upstream, Tally &tally)
{
    bool ok = true;
    try {
        co_await upstream.get({});
    } catch (const std::exception &) {
        ok = false;
    }
    tally.done(ok);
}

QCoro::Task<void> selectRepeatedly(Store &store, int times, Tally &tally)
{
    bool ok = true;
    try {
        for (int i = 0; i < times; ++i) {
            TodoFilter filter;
            filter.userId = i % 10 + 1;
            co_await store.todos(filter, {});
        }
    } catch (const std::exception &) {
        ok = false;
    }
    tally.done(ok);
}

void benchUpstream(int calls, int rounds)
{
    StandIn standIn(200ms);
    Upstream upstream({.url = standIn.url(), .timeout = 30s, .concurrency = 1024});
    for (int round = 1; round <= rounds; ++round) {
        Tally tally;
        tally.left = calls;
        QElapsedTimer clock;
        clock.start();
        for (int i = 0; i < calls; ++i)
            callOnce(upstream, tally);
        tally.loop.exec();
        std::printf("upstream: %d calls at once, each answered after 200 ms, round %d: %lld ms, %d failed\n", calls,
                    round, static_cast<long long>(clock.elapsed()), tally.failed);
    }
}

void benchStore(const QString &url, int connections)
{
    constexpr int clients = 64;
    constexpr int times = 500;
    Store store(url, connections);
    for (int round = 1; round <= 3; ++round) {
        Tally tally;
        tally.left = clients;
        QElapsedTimer clock;
        clock.start();
        for (int i = 0; i < clients; ++i)
            selectRepeatedly(store, times, tally);
        tally.loop.exec();
        std::printf("store %s: %.0f SELECTs of 20 rows a second, %d clients failed\n", qPrintable(url.section(u':', 0, 0)),
                    clients * times / (double(clock.nsecsElapsed()) / 1e9), tally.failed);
    }
}

} // namespace

int main(int argc, char **argv)
{
    qputenv("QT_NO_GLIB", "1");
    QCoreApplication app(argc, argv);
    benchUpstream(1000, 3);
    const QTemporaryDir folder;
    benchStore(QStringLiteral("sqlite:") + folder.filePath(QStringLiteral("bench.sqlite")), 4);
    if (test::Postgres::isInstalled()) {
        test::Postgres postgres;
        benchStore(postgres.databaseUrl(QStringLiteral("bench")), 4);
    }
    return 0;
}
