// SPDX-License-Identifier: GPL-3.0-or-later
// Adds up what the loops have counted, and writes family after family.
#include "server/telemetry/metrics.h"

#include "server/telemetry/process_figures.h"

#include <QString>

namespace openloop {

namespace {

QByteArray typeOf(Metrics::Kind kind)
{
    return kind == Metrics::Kind::Gauge ? "gauge" : "counter";
}

Exposition::Labels labelsOf(const LoopFigures::Name &name)
{
    const auto &[route, method, status] = name;
    return {{"method", QString::fromStdString(method)},
            {"route", QString::fromStdString(route)},
            {"status", QString::number(status)}};
}

void writeFamily(Exposition &text, Metrics::Kind kind, const std::string &name, const std::string &help,
                 const std::vector<Metrics::Figure> &figures)
{
    text.family(QByteArray::fromStdString(name), typeOf(kind), QByteArray::fromStdString(help));
    for (const Metrics::Figure &figure : figures) {
        Exposition::Labels labels;
        for (const auto &[label, value] : figure.labels)
            labels.emplace_back(QByteArray::fromStdString(label), QString::fromStdString(value));
        text.value(labels, figure.value);
    }
}

std::vector<Exposition::Bucket> bucketsOf(const Durations::Counts &counts)
{
    std::vector<Exposition::Bucket> buckets;
    quint64 upTo = 0;
    for (std::size_t i = 0; i < counts.buckets.size(); ++i) {
        upTo += counts.buckets[i];
        buckets.push_back({i < Durations::bounds.size() ? std::optional(Durations::bounds[i]) : std::nullopt, upTo});
    }
    return buckets;
}

std::vector<Exposition::Bucket> bucketsOf(const Requests::Counts &counts)
{
    std::vector<Exposition::Bucket> buckets = bucketsOf(counts.durations);
    for (std::size_t i = 0; i < buckets.size(); ++i) {
        if (const auto &exemplar = counts.exemplars[i])
            buckets[i].exemplar = {QByteArray(exemplar->traceId.data(), qsizetype(exemplar->traceId.size())),
                                   exemplar->seconds, exemplar->time};
    }
    return buckets;
}

void writeRequests(Exposition &text, const std::vector<std::shared_ptr<LoopFigures>> &loops)
{
    std::map<LoopFigures::Name, Requests::Counts> all;
    std::map<std::string, quint64> reasons;
    for (const auto &loop : loops) {
        loop->addRequests(all);
        loop->addRefusals(reasons);
    }
    text.family("openloop_http_requests_total", "counter", "Requests answered, by route, method and status.");
    for (const auto &[name, counts] : all)
        text.value(labelsOf(name), double(bucketsOf(counts.durations).back().upTo));
    text.family("openloop_http_request_duration_seconds", "histogram", "From the whole request to its answer.");
    for (const auto &[name, counts] : all)
        text.histogram(labelsOf(name), bucketsOf(counts), counts.durations.sum);
    text.family("openloop_refusals_total", "counter", "Requests not served, by reason.");
    for (const auto &[reason, count] : reasons)
        text.value({{"reason", QString::fromStdString(reason)}}, double(count));
}

// One loop needs no name.
void writeLag(Exposition &text, const std::vector<std::shared_ptr<LoopFigures>> &loops)
{
    text.family("openloop_event_loop_lag_seconds", "histogram",
                "How much later than asked for the event loop woke up, ten times a second.");
    for (std::size_t i = 0; i < loops.size(); ++i) {
        const Durations::Counts counts = loops[i]->lag();
        text.histogram(loops.size() > 1 ? Exposition::Labels{{"loop", QString::number(i)}} : Exposition::Labels(),
                       bucketsOf(counts), counts.sum);
    }
}

void writeProcess(Exposition &text)
{
    using enum Metrics::Kind;
    const ProcessFigures figures = processFigures();
    const auto add = [&text](Metrics::Kind kind, const char *name, const char *help, double value) {
        writeFamily(text, kind, name, help, {{value}});
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

QByteArray Metrics::text(Exposition::Format format) const
{
    Exposition text(format);
    {
        const std::lock_guard lock(m_mutex);
        writeRequests(text, m_loops);
        writeLag(text, m_loops);
    }
    for (const Looked &looked : m_looked)
        writeFamily(text, looked.kind, looked.name, looked.help, looked.look());
    writeProcess(text);
    return text.text();
}

} // namespace openloop
