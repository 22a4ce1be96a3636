// SPDX-License-Identifier: GPL-3.0-or-later
// See metrics.h.
#include "server/telemetry/metrics.h"

#include "server/http/app.h"
#include "server/http/listener.h"
#include "server/services.h"
#include "server/telemetry/process_figures.h"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/text_serializer.h>

namespace openloop {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

namespace {

const prometheus::Histogram::BucketBoundaries seconds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                      0.1,    0.25,    0.5,    1,     2.5,    5,     10,   30};

double toSeconds(std::chrono::steady_clock::duration time)
{
    return std::chrono::duration<double>(time).count();
}

// A method is the client's word: what is none of these is one label, lest clients invent series.
const char *methodLabel(const QByteArray &method)
{
    static constexpr std::array known{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
    const auto found = std::find_if(known.begin(), known.end(), [&](const char *name) { return method == name; });
    return found == known.end() ? "other" : *found;
}

std::string routeLabel(QString pattern)
{
    if (pattern.isEmpty())
        return "none";
    return pattern.replace(QStringLiteral("<arg>"), QStringLiteral("{id}")).toStdString();
}

// Why a request was not served; empty: it was, or the client's input was wrong.
std::string refusalReason(int status)
{
    switch (status) {
    case 400: return "malformed";
    case 401:
    case 403: return "not allowed";
    case 408: return "too slow";
    case 413:
    case 431: return "too large";
    case 499: return "client left";
    case 503: return "overload";
    case 504: return "deadline";
    default: return {};
    }
}

MetricFamily family(const char *name, const char *help, MetricType type, std::vector<ClientMetric> metrics)
{
    return {name, help, type, std::move(metrics)};
}

ClientMetric gauge(double value, std::vector<ClientMetric::Label> labels = {})
{
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.gauge.value = value;
    return metric;
}

ClientMetric counter(double value)
{
    ClientMetric metric;
    metric.counter.value = value;
    return metric;
}

} // namespace

// What is looked up when somebody asks, instead of being kept up to date.
class Metrics::Gauges : public prometheus::Collectable
{
public:
    Gauges(const http::App &app, const Services &use) : m_app(app), m_use(use) { }

    std::vector<MetricFamily> Collect() const override
    {
        std::vector<MetricFamily> all = ofService();
        const std::vector<MetricFamily> process = ofProcess();
        all.insert(all.end(), process.begin(), process.end());
        return all;
    }

private:
    std::vector<MetricFamily> ofService() const
    {
        const Cpu::Load load = m_use.cpu.load();
        const auto byLane = [&load](int Cpu::LaneLoad::*figure) -> std::vector<ClientMetric> {
            return {gauge(load.lanes[std::size_t(Lane::Quick)].*figure, {{"lane", "quick"}}),
                    gauge(load.lanes[std::size_t(Lane::Long)].*figure, {{"lane", "long"}})};
        };
        return {
            family("openloop_build_info", "The version that runs.", MetricType::Gauge,
                   {gauge(1, {{"version", OPENLOOP_VERSION}, {"qt", qVersion()}})}),
            family("openloop_requests_in_flight", "Requests being handled.", MetricType::Gauge,
                   {gauge(m_app.inFlight())}),
            family("openloop_upstream_calls_in_flight", "Calls that wait for the upstream.", MetricType::Gauge,
                   {gauge(m_use.upstream.inFlight())}),
            family("openloop_pool_threads", "Threads of the factoring pool.", MetricType::Gauge, {gauge(load.threads)}),
            family("openloop_pool_busy", "Threads of the factoring pool at work.", MetricType::Gauge,
                   {gauge(load.busy)}),
            family("openloop_pool_computations", "Numbers being factored.", MetricType::Gauge,
                   byLane(&Cpu::LaneLoad::running)),
            family("openloop_queue_length", "Numbers that wait for a thread.", MetricType::Gauge,
                   byLane(&Cpu::LaneLoad::queued)),
            family("openloop_shared_computations_total", "Requests answered by another one's computation.",
                   MetricType::Counter, {counter(load.shared)}),
            family("openloop_displaced_computations_total", "Computations refused in favour of another client's.",
                   MetricType::Counter, {counter(load.displaced)}),
            family("openloop_database_ready", "Whether the database answers.", MetricType::Gauge,
                   {gauge(m_use.store.ready() ? 1 : 0)}),
            family("openloop_upstream_ready", "Whether calls to the upstream are tried.", MetricType::Gauge,
                   {gauge(m_use.upstream.ready() ? 1 : 0)}),
        };
    }

    static std::vector<MetricFamily> ofProcess()
    {
        const ProcessFigures figures = processFigures();
        return {
            family("process_cpu_seconds_total", "CPU time of all threads.", MetricType::Counter,
                   {counter(figures.cpuSeconds)}),
            family("process_resident_memory_bytes", "Memory in RAM.", MetricType::Gauge,
                   {gauge(figures.residentBytes)}),
            family("process_start_time_seconds", "When the process started, in seconds since 1970.", MetricType::Gauge,
                   {gauge(figures.startTime)}),
            family("process_threads", "Threads of the process.", MetricType::Gauge, {gauge(figures.threads)}),
            family("process_open_fds", "Open file descriptors.", MetricType::Gauge, {gauge(figures.openDescriptors)}),
            family("process_max_fds", "Most file descriptors that may be open.", MetricType::Gauge,
                   {gauge(figures.maxDescriptors)}),
        };
    }

    const http::App &m_app;
    const Services &m_use;
};

Metrics::Metrics(http::App &app, const Services &services)
    : m_app(app), m_requests(prometheus::BuildCounter()
                                 .Name("openloop_http_requests_total")
                                 .Help("Requests answered, by route, method and status.")
                                 .Register(m_registry)),
      m_durations(prometheus::BuildHistogram()
                      .Name("openloop_http_request_duration_seconds")
                      .Help("From the whole request to its answer.")
                      .Register(m_registry)),
      m_refusals(prometheus::BuildCounter()
                     .Name("openloop_refusals_total")
                     .Help("Requests not served, by reason.")
                     .Register(m_registry)),
      m_lag(prometheus::BuildHistogram()
                .Name("openloop_event_loop_lag_seconds")
                .Help("How much later than asked for the event loop woke up, ten times a second.")
                .Register(m_registry)
                .Add({}, seconds)),
      m_gauges(std::make_unique<Gauges>(app, services)),
      m_loopLag([this](LoopLag::Clock::duration lag) { m_lag.Observe(toSeconds(lag)); })
{
    app.setObserver([this](const http::Finished &finished) { count(finished); });
    app.listener().setRefusalObserver([this](int status) { countRefusal(status); });
}

Metrics::~Metrics()
{
    m_app.setObserver({});
    m_app.listener().setRefusalObserver({});
}

Metrics::Route &Metrics::routeOf(const http::Finished &finished)
{
    const char *method = methodLabel(finished.method);
    Route &route = m_routes[{&finished.route, method, finished.status}];
    if (!route.requests) {
        const std::string name = routeLabel(finished.route);
        const prometheus::Labels labels{
            {"route", name}, {"method", method}, {"status", std::to_string(finished.status)}};
        route.requests = &m_requests.Add(labels);
        route.duration = &m_durations.Add(labels, seconds);
    }
    return route;
}

void Metrics::count(const http::Finished &finished)
{
    Route &route = routeOf(finished);
    route.requests->Increment();
    route.duration->Observe(toSeconds(finished.time));
    countRefusal(finished.status);
}

void Metrics::countRefusal(int status)
{
    if (const std::string reason = refusalReason(status); !reason.empty())
        m_refusals.Add({{"reason", reason}}).Increment();
}

QByteArray Metrics::text() const
{
    std::vector<MetricFamily> families = m_registry.Collect();
    const std::vector<MetricFamily> looked = m_gauges->Collect();
    families.insert(families.end(), looked.begin(), looked.end());
    return QByteArray::fromStdString(prometheus::TextSerializer().Serialize(families));
}

} // namespace openloop
