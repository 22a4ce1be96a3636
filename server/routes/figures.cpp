// SPDX-License-Identifier: GPL-3.0-or-later
// Each part's figures under their names; the pool is looked at once for each of them.
#include "server/routes/figures.h"

#include "common/endpoints.h"
#include "server/http/app.h"
#include "server/services.h"
#include "server/telemetry/metrics.h"

namespace openloop {

namespace {

using Figures = std::vector<Metrics::Figure>;

Figures byLane(const Pool::Load &load, int Pool::LaneLoad::*figure)
{
    return {{double(load.lanes[std::size_t(Lane::Quick)].*figure), {{"lane", "quick"}}},
            {double(load.lanes[std::size_t(Lane::Long)].*figure), {{"lane", "long"}}}};
}

http::Response showMetrics(Metrics &metrics, const http::Request &)
{
    return {200, "text/plain; version=0.0.4; charset=utf-8", metrics.text()};
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
    metrics.add(Gauge, "openloop_upstream_calls_in_flight", "Calls that wait for the upstream.",
                [&use] { return use.upstream.inFlight(); });
    addOfPool(Gauge, "openloop_pool_threads", "Threads of the factoring pool.", &Pool::Load::threads);
    addOfPool(Gauge, "openloop_pool_busy", "Threads of the factoring pool at work.", &Pool::Load::busy);
    metrics.add(Gauge, "openloop_pool_computations", "Numbers being factored.",
                [&pool] { return byLane(pool.load(), &Pool::LaneLoad::running); });
    metrics.add(Gauge, "openloop_queue_length", "Numbers that wait for a thread.",
                [&pool] { return byLane(pool.load(), &Pool::LaneLoad::queued); });
    addOfPool(Counter, "openloop_shared_computations_total", "Requests answered by another one's computation.",
              &Pool::Load::shared);
    addOfPool(Counter, "openloop_displaced_computations_total", "Computations refused in favour of another client's.",
              &Pool::Load::displaced);
    metrics.add(Gauge, "openloop_database_ready", "Whether the database answers.",
                [&use] { return use.store.ready() ? 1 : 0; });
    metrics.add(Gauge, "openloop_upstream_ready", "Whether calls to the upstream are tried.",
                [&use] { return use.upstream.ready() ? 1 : 0; });
    metrics.add(Gauge, "openloop_jobs_hints", "Whether other servers tell this one at once of what changes.",
                [&use] { return use.jobs.hasHints() ? 1 : 0; });
    app.route("GET", endpoints::metrics, metrics, showMetrics);
}

} // namespace openloop
