// SPDX-License-Identifier: GPL-3.0-or-later
// Series are found once for each route, method and status, and counted after that without a search by name.
#include "server/telemetry/metrics.h"

#include "server/http/app.h"
#include "server/http/listener.h"
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
const char *methodLabel(QByteArrayView method)
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
    case 414:
    case 431: return "too large";
    case 499: return "client left";
    case 503: return "overload";
    case 504: return "deadline";
    default: return {};
    }
}

ClientMetric metricOf(Metrics::Kind kind, const Metrics::Figure &figure)
{
    ClientMetric metric;
    for (const auto &[name, value] : figure.labels)
        metric.label.push_back({name, value});
    (kind == Metrics::Kind::Gauge ? metric.gauge.value : metric.counter.value) = figure.value;
    return metric;
}

MetricFamily familyOf(Metrics::Kind kind, const std::string &name, const std::string &help,
                      const std::vector<Metrics::Figure> &figures)
{
    MetricFamily family{name, help, kind == Metrics::Kind::Gauge ? MetricType::Gauge : MetricType::Counter, {}};
    for (const Metrics::Figure &figure : figures)
        family.metric.push_back(metricOf(kind, figure));
    return family;
}

void addProcess(std::vector<MetricFamily> &families)
{
    using enum Metrics::Kind;
    const ProcessFigures figures = processFigures();
    const auto add = [&families](Metrics::Kind kind, const char *name, const char *help, double value) {
        families.push_back(familyOf(kind, name, help, {{value}}));
    };
    add(Counter, "process_cpu_seconds_total", "CPU time of all threads.", figures.cpuSeconds);
    add(Gauge, "process_resident_memory_bytes", "Memory in RAM.", figures.residentBytes);
    add(Gauge, "process_start_time_seconds", "When the process started, in seconds since 1970.", figures.startTime);
    add(Gauge, "process_threads", "Threads of the process.", figures.threads);
    add(Gauge, "process_open_fds", "Open file descriptors.", figures.openDescriptors);
    add(Gauge, "process_max_fds", "Most file descriptors that may be open.", figures.maxDescriptors);
}

} // namespace

Metrics::Metrics(http::App &app)
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
      m_loopLag([this](LoopLag::Clock::duration lag) { m_lag.Observe(toSeconds(lag)); })
{
    app.setObserver([this](const http::Finished &finished) { count(finished); });
    app.listener().setRefusalObserver([this](const http::Finished &refused) { countRefusal(refused.status); });
    add(Kind::Gauge, "openloop_build_info", "The version that runs.",
        [] { return std::vector<Figure>{{1, {{"version", OPENLOOP_VERSION}, {"qt", qVersion()}}}}; });
    add(Kind::Gauge, "openloop_requests_in_flight", "Requests being handled.", [&app] { return app.inFlight(); });
}

Metrics::~Metrics()
{
    m_app.setObserver({});
    m_app.listener().setRefusalObserver({});
}

Metrics::Route &Metrics::routeOf(const http::Finished &finished)
{
    const char *method = methodLabel(finished.request.head.method());
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

void Metrics::add(Kind kind, const std::string &name, const std::string &help,
                  std::function<std::vector<Figure>()> look)
{
    m_looked.push_back({kind, name, help, std::move(look)});
}

void Metrics::add(Kind kind, const std::string &name, const std::string &help, std::function<double()> look)
{
    m_looked.push_back({kind, name, help, [look = std::move(look)] { return std::vector<Figure>{{look()}}; }});
}

QByteArray Metrics::text() const
{
    std::vector<MetricFamily> families = m_registry.Collect();
    for (const Looked &looked : m_looked)
        families.push_back(familyOf(looked.kind, looked.name, looked.help, looked.look()));
    addProcess(families);
    return QByteArray::fromStdString(prometheus::TextSerializer().Serialize(families));
}

} // namespace openloop
