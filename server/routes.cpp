// SPDX-License-Identifier: GPL-3.0-or-later
// The service on one page: each route shows where its time goes: nowhere, waiting, or computing.
#include "server/routes.h"

#include "common/endpoints.h"
#include "server/compute/factoring/factors.h"
#include "server/routes/documents.h"
#include "server/routes/input.h"
#include "server/routes/job_routes.h"
#include "server/routes/readiness.h"
#include "server/routes/stalls.h"

#include <algorithm>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop {

using namespace http;

namespace {

const Field varyPrefer{"Vary", "Prefer"};

Json toRow(const Todo &todo)
{
    return {
        {u"id"_s, todo.id}, {u"user_id"_s, todo.userId}, {u"title"_s, todo.title}, {u"completed"_s, todo.completed}};
}

// Answer at once

Json health(const Request &)
{
    return {{u"status"_s, u"healthy"_s}};
}

Json alive(const Request &)
{
    return {{u"status"_s, u"alive"_s}};
}

// What a balancer or an autoscaler may want to know of the servers that share the database; read before, by a timer.
Json fleetJson(const Jobs &jobs)
{
    const auto seconds = [](std::chrono::duration<double> time) { return time.count(); };
    const auto beatLag = jobs.beatLag();
    const Json lag = beatLag ? Json(seconds(*beatLag)) : Json();
    if (!jobs.fleet())
        return {{u"beat_lag"_s, lag}};
    const auto oldest = std::ranges::max_element(jobs.fleet()->lanes, {}, &FleetStats::Lane::oldest);
    return {
        {u"nodes_alive"_s, jobs.fleet()->nodesAlive},
        {u"beat_lag"_s, lag},
        {u"queued"_s, jobs.fleet()->queued + jobs.fleet()->held},
        {u"running"_s, jobs.fleet()->running},
        {u"oldest_claimable"_s, oldest == jobs.fleet()->lanes.end() ? Json() : Json(seconds(oldest->oldest))},
    };
}

Json ready(Services &use, const Request &)
{
    const auto [missing, degraded] = readinessOf(use);
    if (!missing.isEmpty())
        throw Failure::unavailable((missing + degraded).join(u"; "_s), 1s);
    const Json answer{{u"status"_s, u"ready"_s}, {u"fleet"_s, fleetJson(use.jobs)}};
    return degraded.isEmpty() ? answer : answer.with(u"detail"_s, u"degraded: "_s + degraded.join(u"; "_s));
}

// Wait; the loop is free meanwhile

Task<Json> callOtherService(Services &use, Request request)
{
    const Timing::Span span(*request.timing, Timing::Upstream);
    const QList<Field> fields = request.trace.fieldsOnward(request.head);
    co_return co_await use.upstream.get(request.stop, fields);
}

Task<Json> queryDatabase(Services &use, Request request)
{
    TodoFilter filter;
    filter.userId = parseNumber(u"user_id"_s, queryField(request, u"user_id"_s), 1, INT32_MAX);
    filter.completed = parseBoolean(u"completed"_s, queryField(request, u"completed"_s));
    filter.limit = parseLimit(request, filter.limit);
    const Timing::Span span(*request.timing, Timing::Database);
    const QList<Todo> todos = co_await use.store.todos(filter, request.stop);
    co_return Json{{u"data"_s, Json::array(todos, toRow)}};
}

// Compute; a thread of the pool works, the loop is free

Task<Response> factorizeNumber(Services &use, Request request)
{
    const mpz_class n = parseInteger(u"n"_s, queryField(request, u"n"_s), use.options.maxDigits);
    if (preference(request, respondAsync)) {
        Response accepted = co_await acceptJob(use, n, request);
        accepted.fields.append(varyPrefer);
        co_return accepted;
    }
    try {
        const Factors factors = co_await use.factorizer.factors(n, request);
        Response found(Json{{u"n"_s, toText(n)}, {u"factors"_s, toJson(factors)}});
        found.fields.append(varyPrefer);
        co_return found;
    } catch (const Failure &failure) {
        if (failure.status() != 504)
            throw;
        throw failure.withField(
            "Link", '<' + request.from.prefix + endpoints::factorizations.toLatin1() + ">; rel=\"related\"");
    }
}

// A crowd that finds the pool full costs the loop little.
std::optional<Failure> poolIsFull(Services &use, const Request &request)
try {
    if (!use.pool.isFull() || preference(request, respondAsync))
        return {};
    const mpz_class n = parseInteger(u"n"_s, queryField(request, u"n"_s), use.options.maxDigits);
    return use.factorizer.refusal(n, request);
} catch (const Failure &) {
    return {}; // the handler will say what is wrong with n
}

} // namespace

void addRoutes(App &app, Services &use)
{
    for (const QString &path : {endpoints::health, u"/livez"_s, u"/readyz"_s})
        app.putFirst(path);
    app.route("GET", endpoints::health, health);
    app.route("GET", u"/livez"_s, alive);
    app.route("GET", u"/readyz"_s, use, ready);
    app.route("GET", endpoints::callOtherService, use, callOtherService);
    app.route("GET", endpoints::queryDatabase, use, queryDatabase);
    app.route("GET", endpoints::factorize, use, factorizeNumber);
    app.setAdmission(endpoints::factorize, use, poolIsFull);
    addJobRoutes(app, use);
    addStallRoute(app, use);
    addDocumentRoutes(app);
}

} // namespace openloop
