// SPDX-License-Identifier: GPL-3.0-or-later
// Figures become families of the Prometheus client library, which writes them.
#include "server/telemetry/metrics.h"

#include "server/telemetry/process_figures.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>

namespace openloop {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

namespace {

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

ClientMetric metricOf(const Durations::Counts &counts)
{
    ClientMetric metric;
    quint64 below = 0;
    for (std::size_t i = 0; i < counts.buckets.size(); ++i) {
        below += counts.buckets[i];
        metric.histogram.bucket.push_back(
            {below, i < Durations::bounds.size() ? Durations::bounds[i] : std::numeric_limits<double>::infinity()});
    }
    metric.histogram.sample_count = below;
    metric.histogram.sample_sum = counts.sum;
    return metric;
}

void addRequests(std::vector<MetricFamily> &families, const std::vector<std::shared_ptr<LoopFigures>> &loops)
{
    std::map<LoopFigures::Name, Durations::Counts> all;
    std::map<std::string, quint64> reasons;
    for (const auto &loop : loops) {
        loop->addRequests(all);
        loop->addRefusals(reasons);
    }
    MetricFamily requests{
        "openloop_http_requests_total", "Requests answered, by route, method and status.", MetricType::Counter, {}};
    MetricFamily durations{
        "openloop_http_request_duration_seconds", "From the whole request to its answer.", MetricType::Histogram, {}};
    for (const auto &[name, counts] : all) {
        const auto &[route, method, status] = name;
        ClientMetric metric = metricOf(counts);
        metric.label = {{"method", method}, {"route", route}, {"status", std::to_string(status)}};
        ClientMetric number;
        number.label = metric.label;
        number.counter.value = double(metric.histogram.sample_count);
        requests.metric.push_back(number);
        durations.metric.push_back(metric);
    }
    MetricFamily refusals{"openloop_refusals_total", "Requests not served, by reason.", MetricType::Counter, {}};
    for (const auto &[reason, count] : reasons) {
        ClientMetric metric;
        metric.label = {{"reason", reason}};
        metric.counter.value = double(count);
        refusals.metric.push_back(metric);
    }
    families.push_back(std::move(requests));
    families.push_back(std::move(durations));
    families.push_back(std::move(refusals));
}

// One loop needs no name.
void addLag(std::vector<MetricFamily> &families, const std::vector<std::shared_ptr<LoopFigures>> &loops)
{
    MetricFamily lag{"openloop_event_loop_lag_seconds",
                     "How much later than asked for the event loop woke up, ten times a second.",
                     MetricType::Histogram,
                     {}};
    for (std::size_t i = 0; i < loops.size(); ++i) {
        ClientMetric metric = metricOf(loops[i]->lag());
        if (loops.size() > 1)
            metric.label = {{"loop", std::to_string(i)}};
        lag.metric.push_back(metric);
    }
    families.push_back(std::move(lag));
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

Metrics::Metrics()
{
    add(Kind::Gauge, "openloop_build_info", "The version that runs.",
        [] { return std::vector<Figure>{{1, {{"version", OPENLOOP_VERSION}, {"qt", qVersion()}}}}; });
}

std::shared_ptr<LoopFigures> Metrics::addLoop()
{
    const std::lock_guard lock(m_mutex);
    return m_loops.emplace_back(std::make_shared<LoopFigures>());
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
    std::vector<MetricFamily> families;
    {
        const std::lock_guard lock(m_mutex);
        addRequests(families, m_loops);
        addLag(families, m_loops);
    }
    for (const Looked &looked : m_looked)
        families.push_back(familyOf(looked.kind, looked.name, looked.help, looked.look()));
    addProcess(families);
    return QByteArray::fromStdString(prometheus::TextSerializer().Serialize(families));
}

} // namespace openloop
