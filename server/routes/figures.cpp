// SPDX-License-Identifier: GPL-3.0-or-later
// Each part's figures under their names; the pool is looked at once for each of them.
#include "server/routes/figures.h"

#include "common/endpoints.h"
#include "server/http/app.h"
#include "server/routes/input.h"
#include "server/routes/readiness.h"
#include "server/services.h"
#include "server/telemetry/log.h"
#include "server/telemetry/metrics.h"

namespace openloop {

namespace {

using Figures = std::vector<Metrics::Figure>;

Figures byLane(const Pool::Load &load, int Pool::LaneLoad::*figure)
{
    return {{double(load.lanes[std::size_t(Lane::Quick)].*figure), {{"lane", "quick"}}},
            {double(load.lanes[std::size_t(Lane::Long)].*figure), {{"lane", "long"}}}};
}

double seconds(std::chrono::duration<double> time)
{
    return time.count();
}

/// Of the whole fleet, counted by one of its servers for all; and of this one's part in it.
void addOfJobs(Metrics &metrics, const Jobs &jobs, const QString &nodeName)
{
    using enum Metrics::Kind;
    metrics.add(Gauge, "openloop_node_info", "Which of the servers of /nodes this one is.", [&jobs, nodeName] {
        return Figures{{1, {{"id", idText(jobs.nodeId()).toStdString()}, {"name", nodeName.toStdString()}}}};
    });
    const auto addOfFleet = [&](const char *name, const char *help, auto figuresOf) {
        metrics.add(Gauge, name, help,
                    [&jobs, figuresOf] { return jobs.fleet() ? Figures(figuresOf(*jobs.fleet())) : Figures(); });
    };
    addOfFleet("openloop_nodes_alive", "Servers that share the database and live.",
               [](const FleetStats &fleet) { return Figures{{double(fleet.nodesAlive)}}; });
    addOfFleet("openloop_jobs", "Unfinished jobs of all servers.", [](const FleetStats &fleet) {
        return Figures{{double(fleet.queued), {{"state", "queued"}}},
                       {double(fleet.held), {{"state", "held"}}},
                       {double(fleet.running), {{"state", "running"}}}};
    });
    const auto byLane = [](const FleetStats &fleet, auto figure) {
        Figures figures;
        for (const FleetStats::Lane &lane : fleet.lanes)
            figures.push_back({figure(lane), {{"lane", std::to_string(lane.lane)}}});
        return figures.empty() ? Figures{{0, {{"lane", "0"}}}} : figures;
    };
    addOfFleet("openloop_jobs_claimable", "Jobs that wait for a server with an idle thread.",
               [byLane](const FleetStats &fleet) {
                   return byLane(fleet, [](const FleetStats::Lane &lane) { return double(lane.claimable); });
               });
    addOfFleet("openloop_jobs_oldest_claimable_seconds", "Age of the oldest of these; 0: there is none.",
               [byLane](const FleetStats &fleet) {
                   return byLane(fleet, [](const FleetStats::Lane &lane) { return seconds(lane.oldest); });
               });
    addOfFleet("openloop_database_dead_rows", "Rows of the queue's tables that PostgreSQL has not cleared away.",
               [](const FleetStats &fleet) {
                   Figures figures;
                   for (const FleetStats::Table &table : fleet.tables)
                       figures.push_back({double(table.deadRows), {{"table", table.name.toStdString()}}});
                   return figures;
               });
    addOfFleet("openloop_fleet_age_seconds", "How long ago the figures of the whole fleet were read.",
               [&jobs](const FleetStats &) { return Figures{{seconds(jobs.fleetAge())}}; });
    metrics.add(Gauge, "openloop_beat_lag_seconds", "Since this server last said that it lives, and was answered.",
                [&jobs] { return jobs.beatLag() ? Figures{{seconds(*jobs.beatLag())}} : Figures(); });
    const auto addCount = [&](const char *name, const char *help, std::int64_t queue::Figures::*figure) {
        metrics.add(Counter, name, help, [&jobs, figure] { return double(jobs.figures().*figure); });
    };
    addCount("openloop_nodes_reaped_total", "Servers that this one declared dead.", &queue::Figures::reapedNodes);
    addCount("openloop_jobs_put_back_total", "Jobs that this server put back, of others or after their time.",
             &queue::Figures::putBack);
    addCount("openloop_jobs_fence_rejections_total", "Ends of this server that came when the job was not its own.",
             &queue::Figures::fenceRejections);
    metrics.add(Counter, "openloop_jobs_ended_total", "Jobs that this server has ended.", [&jobs] {
        const queue::Figures &figures = jobs.figures();
        return Figures{{double(figures.done), {{"state", "done"}}}, {double(figures.failed), {{"state", "failed"}}}};
    });
    addCount("openloop_jobs_claims_total", "Times that this server asked for jobs.", &queue::Figures::claims);
    addCount("openloop_jobs_claimed_total", "Jobs that it was given.", &queue::Figures::claimed);
    metrics.add(Counter, "openloop_jobs_claim_seconds_total", "Time that it waited for the answers.",
                [&jobs] { return seconds(jobs.figures().claimTime); });
}

// OpenMetrics is for who wants it more than text of any kind: whoever names neither gets what all can read.
http::Response showMetrics(Metrics &metrics, const http::Request &request)
{
    using enum Exposition::Format;
    const bool asked = acceptance(request, "application/openmetrics-text") > acceptance(request, "text/plain");
    http::Response response(200,
                            asked ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                  : "text/plain; version=0.0.4; charset=utf-8",
                            metrics.text(asked ? OpenMetrics : Prometheus));
    response.fields.append(http::Field{"Vary", "Accept"});
    return response;
}

} // namespace

void addFigures(http::App &app, Metrics &metrics, const Services &use)
{
    using enum Metrics::Kind;
    const FactoringPool &pool = use.pool;
    const auto addOfPool = [&metrics, &pool](Metrics::Kind kind, const char *name, const char *help,
                                             int Pool::Load::*figure) {
        metrics.add(kind, name, help, [&pool, figure] { return pool.load().*figure; });
    };
    metrics.add(Gauge, "openloop_requests_in_flight", "Requests being handled.", [&app] { return app.inFlight(); });
    metrics.add(Gauge, "openloop_connections", "Clients, those included that are being refused.",
                [&app] { return double(app.connectionCount()); });
    const auto addOfLoops = [&](const char *name, const char *help, qint64 http::Listener::Figures::*figure) {
        metrics.add(Counter, name, help, [&app, figure] {
            Figures figures;
            for (const http::Listener::Figures &loop : app.figures())
                figures.push_back({double(loop.*figure), {{"loop", std::to_string(figures.size())}}});
            return figures;
        });
    };
    addOfLoops("openloop_connections_accepted_total", "Clients that each event loop has taken.",
               &http::Listener::Figures::accepted);
    addOfLoops("openloop_accept_wakeups_total",
               "Times that each event loop woke for a client, which another may have taken.",
               &http::Listener::Figures::wakeUps);
    const auto addOfStalls = [&](const char *name, const char *help, auto figureOf) {
        metrics.add(Counter, name, help, [&use, figureOf] {
            Figures figures;
            for (const StallLog::Count &count : use.stalls.counts())
                figures.push_back({figureOf(count), {{"loop", std::to_string(figures.size())}}});
            return figures;
        });
    };
    addOfStalls("openloop_event_loop_stalls_total", "Times that the event loop stood still for 0.25 s or more.",
                [](const StallLog::Count &count) { return double(count.stalls); });
    addOfStalls("openloop_event_loop_stall_seconds_total", "How long it did, of those that are over.",
                [](const StallLog::Count &count) { return seconds(count.time); });
    metrics.add(Gauge, "openloop_upstream_calls_in_flight", "Calls that wait for the upstream.",
                [&use] { return use.upstream.inFlight(); });
    addOfPool(Gauge, "openloop_pool_threads", "Threads of the factoring pool.", &Pool::Load::threads);
    addOfPool(Gauge, "openloop_pool_busy", "Threads of the factoring pool at work.", &Pool::Load::busy);
    addOfPool(Gauge, "openloop_pool_stuck", "Threads of the factoring pool whose work ignores its stop.",
              &Pool::Load::stuck);
    metrics.add(Gauge, "openloop_pool_computations", "Numbers being factored.",
                [&pool] { return byLane(pool.load(), &Pool::LaneLoad::running); });
    metrics.add(Gauge, "openloop_queue_length", "Numbers that wait for a thread.",
                [&pool] { return byLane(pool.load(), &Pool::LaneLoad::queued); });
    addOfPool(Counter, "openloop_shared_computations_total", "Requests answered by another one's computation.",
              &Pool::Load::shared);
    addOfPool(Counter, "openloop_displaced_computations_total", "Computations refused in favour of another client's.",
              &Pool::Load::displaced);
    metrics.add(Gauge, "openloop_ready", "Whether /readyz says so.",
                [&use] { return readinessOf(use).missing.isEmpty() ? 1 : 0; });
    metrics.add(Gauge, "openloop_database_ready", "Whether the database answers.",
                [&use] { return use.store.ready() ? 1 : 0; });
    metrics.add(Gauge, "openloop_upstream_ready", "Whether the upstream answers, by what the last calls tell.",
                [&use] { return use.upstream.ready() ? 1 : 0; });
    metrics.add(Gauge, "openloop_upstream_circuit_open", "Whether calls to the upstream are refused at once.",
                [&use] { return use.upstream.isLeftAlone() ? 1 : 0; });
    metrics.add(Counter, "openloop_log_dropped_lines_total", "Lines that the log had no room for.",
                [] { return double(droppedLogLines()); });
    addOfJobs(metrics, use.jobs, use.options.nodeName);
    metrics.add(Gauge, "openloop_jobs_hints", "Whether other servers tell this one at once of what changes.",
                [&use] { return use.jobs.hasHints() ? 1 : 0; });
    app.route("GET", endpoints::metrics, metrics, showMetrics);
}

} // namespace openloop
