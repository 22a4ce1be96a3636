// SPDX-License-Identifier: GPL-3.0-or-later
// openloop-server with the mistakes that it avoids as routes beside its own: the negative controls of the tests.
#include "server/compute/factoring/factors.h"
#include "server/program.h"
#include "server/routes.h"
#include "server/routes/input.h"
#include "tests/support/hold.h"
#include "tests/support/slow_database.h"

#include <QCoroTimer>
#include <QProcessEnvironment>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTcpSocket>
#include <QThread>
#include <QTimer>

#include <condition_variable>
#include <mutex>
#include <thread>

using namespace openloop;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace {

using http::Json;
using http::Request;
using http::Task;

std::chrono::milliseconds millisecondsOf(const Request &request)
{
    return std::chrono::milliseconds(parseNumber(u"ms"_s, queryField(request, u"ms"_s), 1, 60'000).value_or(100));
}

// What /factorize would be without a pool.
Json factorizeOnTheLoop(Services &use, const Request &request)
{
    const mpz_class n = parseInteger(u"n"_s, queryField(request, u"n"_s), use.options.maxDigits);
    factoring::Options options;
    options.deadline = std::chrono::steady_clock::now() + use.options.factorizeTimeout;
    return {{u"n"_s, toText(n)}, {u"factors"_s, toJson(factoring::factor(n, {}, options).factors)}};
}

// What /call_other_service would be with a blocking client.
Json callOnTheLoop(Services &use, const Request &)
{
    const QUrl url = use.options.upstream;
    QTcpSocket socket;
    socket.connectToHost(url.host(), quint16(url.port()));
    socket.waitForConnected();
    socket.write("GET " + url.path().toLatin1() + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    socket.waitForReadyRead();
    return {{u"bytes"_s, socket.bytesAvailable()}};
}

// What /query_database would be with a connection of the loop's own.
Json databaseSleepOnTheLoop(Services &, const Request &request)
{
    QSqlDatabase database = QSqlDatabase::database(u"loop"_s);
    if (!database.isValid()) {
        database = QSqlDatabase::addDatabase(u"QSQLITE"_s, u"loop"_s);
        database.setDatabaseName(u":memory:"_s);
        database.open();
    }
    const auto until = std::chrono::steady_clock::now() + millisecondsOf(request);
    while (std::chrono::steady_clock::now() < until) {
        QSqlQuery(u"WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 100000) "
                  "SELECT max(x) FROM c"_s,
                  database)
            .next();
    }
    return {{u"slept"_s, true}};
}

Task<Json> databaseSleep(Services &use, Request request)
{
    co_await test::sleepInDatabase(use.store, millisecondsOf(request), request.stop);
    co_return Json{{u"slept"_s, true}};
}

// Where computations wait; see tests/support/hold.h.
test::Hold hold;

Json holdComputations(Services &use, const Request &request)
{
    const std::optional<QString> n = queryField(request, u"n"_s);
    const bool lends = queryField(request, u"lends"_s) != u"no"_s;
    const bool stops = queryField(request, u"stops"_s) != u"no"_s;
    hold.set(queryField(request, u"phase"_s).value_or(QString()).toLatin1(),
             n ? std::optional(parseInteger(u"n"_s, n, use.options.maxDigits)) : std::nullopt, lends, stops);
    return {{u"held"_s, hold.held()}};
}

Json releaseComputations(Services &, const Request &)
{
    hold.release();
    return {{u"held"_s, hold.held()}};
}

Json figures(Services &use, const Request &)
{
    const Pool::Load load = use.pool.load();
    return {{u"running"_s, load.busy},
            {u"queued"_s, load.lanes[0].queued + load.lanes[1].queued},
            {u"held"_s, hold.held()},
            {u"upstream"_s, use.upstream.inFlight()}};
}

Json asker(Services &, const Request &request)
{
    const http::Forwarded &from = request.from;
    return {{u"client"_s, from.client.toString()},
            {u"host"_s, QString::fromLatin1(from.host)},
            {u"scheme"_s, QString::fromLatin1(from.scheme)},
            {u"prefix"_s, QString::fromLatin1(from.prefix)}};
}

// Which loop this is; empty: home.
Json nameOfLoop(const Request &)
{
    return {{u"loop"_s, QThread::currentThread()->objectName()}};
}

Json environment(const Request &)
{
    const auto toJson = [](const QString &name) { return Json(name); };
    return Json::array(QProcessEnvironment::systemEnvironment().keys(), toJson);
}

// Loops that stand still, as they would with a mistake in a handler, until they are let go.
std::mutex stillMutex;
std::condition_variable letGo;
int standing = 0;

Json standStill(const Request &)
{
    std::unique_lock lock(stillMutex);
    ++standing;
    const bool let = letGo.wait_for(lock, 60s, [] { return standing == 0; });
    return {{u"let"_s, let}};
}

// What goes on after a wait is called by nobody's handler.
Task<Json> waitAndStandStill(Services &, Request request)
{
    QTimer timer;
    timer.start(1ms);
    co_await timer;
    co_return standStill(request);
}

Json standingLoops(const Request &)
{
    const std::lock_guard lock(stillMutex);
    return {{u"standing"_s, standing}};
}

Json letThemGo(const Request &)
{
    const std::lock_guard lock(stillMutex);
    standing = 0;
    letGo.notify_all();
    return {{u"standing"_s, standing}};
}

Json argument(http::App &, const Request &request)
{
    return {{u"argument"_s, request.arguments.constFirst()}};
}

Json inFlight(http::App &app, const Request &)
{
    return {{u"in_flight"_s, app.inFlight()}};
}

void addTestRoutes(http::App &app, Services &use)
{
    addRoutes(app, use);
    app.route("GET", u"/test/factorize_on_the_loop"_s, use, factorizeOnTheLoop);
    app.route("GET", u"/test/call_on_the_loop"_s, use, callOnTheLoop);
    app.route("GET", u"/test/database_sleep"_s, use, databaseSleep);
    app.route("GET", u"/test/database_sleep_on_the_loop"_s, use, databaseSleepOnTheLoop);
    app.route("GET", u"/test/hold"_s, use, holdComputations);
    app.route("GET", u"/test/release"_s, use, releaseComputations);
    app.route("GET", u"/test/figures"_s, use, figures);
    app.route("GET", u"/test/asker"_s, use, asker);
    app.route("GET", u"/test/in_flight"_s, app, inFlight);
    app.route("GET", u"/test/loop"_s, nameOfLoop);
    app.route("GET", u"/test/environment"_s, environment);
    app.route("GET", u"/test/stand_still"_s, standStill);
    app.route("GET", u"/test/wait_and_stand_still/<arg>"_s, use, waitAndStandStill);
    app.route("GET", u"/test/standing"_s, standingLoops);
    app.route("GET", u"/test/let_go"_s, letThemGo);
    if (const QString name = qEnvironmentVariable("OPENLOOP_TEST_ROUTE"); !name.isEmpty())
        app.route("GET", u'/' + name + u"/<arg>"_s, app, argument);
}

} // namespace

int main(int argc, char **argv)
{
    Program program{addTestRoutes};
    program.measures = !qEnvironmentVariableIsSet("OPENLOOP_TEST_UNMEASURED");
    program.atProgress = [](const Moment &moment) { hold.pass(moment); };
    if (qEnvironmentVariableIsSet("OPENLOOP_TEST_CURVES"))
        program.mostCurves = unsigned(qEnvironmentVariableIntValue("OPENLOOP_TEST_CURVES"));
    if (qEnvironmentVariableIsSet("OPENLOOP_TEST_FAREWELL"))
        program.longestFarewell = std::chrono::seconds(qEnvironmentVariableIntValue("OPENLOOP_TEST_FAREWELL"));
    if (qEnvironmentVariableIsSet("OPENLOOP_TEST_HOLD_AFTER_DEATHS"))
        program.queueRules.hold =
            std::chrono::milliseconds(qEnvironmentVariableIntValue("OPENLOOP_TEST_HOLD_AFTER_DEATHS"));
    hold.set(qgetenv("OPENLOOP_TEST_HOLD")); // what a start takes up again is computed before the first request
    return runServer(argc, argv, program);
}
