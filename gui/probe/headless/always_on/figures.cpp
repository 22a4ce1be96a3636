// SPDX-License-Identifier: GPL-3.0-or-later
// Counts sample by sample, and names what is counted.
#include "gui/probe/headless/always_on/figures.h"

#include <QCoreApplication>
#include <QFile>

#include <functional>
#include <set>
#include <sys/resource.h>
#include <unistd.h>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

constexpr std::array errors{Outcome::HttpError, Outcome::WrongAnswer, Outcome::TimedOut,  Outcome::Refused,
                            Outcome::Reset,     Outcome::Unresolved,  Outcome::TlsFailed, Outcome::Failed};

QString keyOf(Outcome outcome)
{
    switch (outcome) {
    case Outcome::HttpError: return u"http"_s;
    case Outcome::WrongAnswer: return u"wrong_answer"_s;
    case Outcome::TimedOut: return u"timeout"_s;
    case Outcome::Refused: return u"refused"_s;
    case Outcome::Reset: return u"reset"_s;
    case Outcome::Unresolved: return u"unresolved"_s;
    case Outcome::TlsFailed: return u"tls"_s;
    default: return u"other"_s;
    }
}

// In the order of their enums.
const std::vector<QString> targetStates{u"unknown"_s, u"ok"_s, u"degraded"_s, u"down"_s, u"stale"_s, u"paused"_s};
const std::vector<QString> ruleStates{u"unknown"_s, u"ok"_s, u"pending"_s, u"firing"_s, u"recovering"_s};
const std::vector<QString> trustStates{u"unknown"_s, u"trustworthy"_s, u"host_busy"_s};

template <typename State>
const QString &wordOf(const std::vector<QString> &words, State state)
{
    return words[static_cast<std::size_t>(state)];
}

constexpr auto usualSilence = std::chrono::seconds(1); // between two batches, at most

double secondsOf(Nanoseconds duration)
{
    return std::chrono::duration<double>(duration).count();
}

Exposition::Labels labelsOf(const QString &target)
{
    return {{"target", target}};
}

void writeRules(Exposition &exposition, const Measurement &measurement)
{
    std::set<std::pair<QString, QString>> written; // the same rule twice would be the same series twice
    exposition.family("openloop_rule_state", "gauge", "1 for the state that the rule is in");
    for (const auto &[watch, fired, doubt] : measurement.rules()) {
        const auto text = watch.rule().text();
        if (written.insert({text, watch.target()}).second)
            exposition.states({{"rule", text}, {"target", watch.target()}}, ruleStates,
                              wordOf(ruleStates, watch.state()));
    }
}

void writeProcess(Exposition &exposition)
{
    QFile file(u"/proc/self/statm"_s);
    if (file.open(QIODevice::ReadOnly)) {
        exposition.family("process_resident_memory_bytes", "gauge", "Resident memory of the monitor");
        exposition.value({}, file.readAll().split(' ').value(1).toDouble() * double(sysconf(_SC_PAGESIZE)));
    }
    rusage use{};
    getrusage(RUSAGE_SELF, &use);
    exposition.family("process_cpu_seconds_total", "counter", "Processor time of the monitor");
    exposition.value({},
                     double(use.ru_utime.tv_sec + use.ru_stime.tv_sec)
                         + double(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6);
}

} // namespace

void Figures::setTargets(const QList<Target> &targets)
{
    std::erase_if(m_targets, [&](const auto &counted) {
        return std::ranges::find(targets, counted.first, &Target::name) == targets.end();
    });
    for (const auto &target : targets)
        m_targets.try_emplace(target.name);
}

void Figures::take(const Batch &batch)
{
    m_until = batch.until;
    for (const auto &one : batch.targets) {
        const auto found = m_targets.find(one.name);
        if (found == m_targets.end())
            continue;
        auto &counted = found->second;
        for (const auto &sample : one.samples) {
            if (sample.outcome == Outcome::Ok)
                counted.response.add(sample.response());
            else if (isCensored(sample.outcome))
                counted.response.addMoreThan(sample.response());
            if (isError(sample.outcome))
                ++counted.errors[sample.outcome];
            counted.skipped += sample.outcome == Outcome::Skipped ? 1 : 0;
            counted.retried += sample.retried ? 1 : 0;
            if (sample.certificateLeft)
                counted.certificateEnd = sample.done + *sample.certificateLeft;
        }
        counted.lost += one.lost;
        counted.inFlight = one.inFlight;
        counted.waiting = one.waiting;
        counted.oldestOpen = one.open.isEmpty() ? std::nullopt : std::optional(one.open.first());
    }
    for (const auto &sample : batch.control) {
        if (sample.outcome == Outcome::Ok)
            m_control.add(sample.response());
        else
            m_control.addMoreThan(sample.response());
    }
    for (const auto lag : batch.lags)
        m_lag.add(lag);
    for (const auto &gap : batch.standstills)
        m_stoodStill += secondsOf(gap.length());
}

void Figures::writeTo(Exposition &exposition, const Measurement &measurement) const
{
    writeTargets(exposition, measurement);
    writeRules(exposition, measurement);
    writeMonitor(exposition, measurement);
    writeProcess(exposition);
}

void Figures::writeTargets(Exposition &exposition, const Measurement &measurement) const
{
    exposition.family("openloop_probe_response_seconds", "histogram",
                      "From the moment a request was due to the last byte of its answer; timeouts and skipped ticks "
                      "are above all bounds, other errors in none");
    for (const auto &[name, counted] : m_targets)
        exposition.value(labelsOf(name), counted.response);
    exposition.family("openloop_probe_errors_total", "counter", "Requests that failed, timeouts included");
    for (const auto &[name, counted] : m_targets) {
        for (const auto outcome : errors) {
            const auto count = counted.errors.find(outcome);
            exposition.value({{"target", name}, {"kind", keyOf(outcome)}},
                             count == counted.errors.end() ? 0 : double(count->second));
        }
    }
    // What was open at the last batch may have ended since; where none comes any more, all of it is still open.
    const Instant now = std::chrono::steady_clock::now();
    const Instant asOf = now - m_until > usualSilence ? now : m_until;
    using Value = std::function<double(const Counted &)>;
    const auto write = [&](const QByteArray &family, const QByteArray &type, const QByteArray &help,
                           const Value &value) {
        exposition.family(family, type, help);
        for (const auto &[name, counted] : m_targets)
            exposition.value(labelsOf(name), value(counted));
    };
    write("openloop_probe_skipped_total", "counter", "Ticks that were never sent: too many waited",
          [](const Counted &counted) { return double(counted.skipped); });
    write("openloop_probe_retried_total", "counter",
          "Requests sent again because the service closed a kept connection as they left",
          [](const Counted &counted) { return double(counted.retried); });
    write("openloop_probe_lost_total", "counter", "Ticks that the monitor itself lost while it stood still",
          [](const Counted &counted) { return double(counted.lost); });
    write("openloop_probe_in_flight", "gauge", "Requests on their way",
          [](const Counted &counted) { return double(counted.inFlight); });
    write("openloop_probe_waiting", "gauge", "Due ticks that wait for a place among those in flight",
          [](const Counted &counted) { return double(counted.waiting); });
    write("openloop_probe_oldest_open_seconds", "gauge", "For how long the oldest tick has been due; 0: none is open",
          [&](const Counted &counted) {
              return counted.oldestOpen ? std::max(0.0, secondsOf(asOf - *counted.oldestOpen)) : 0.0;
          });
    exposition.family("openloop_probe_certificate_days", "gauge",
                      "Days until the certificate ends; below 0 after that");
    for (const auto &[name, counted] : m_targets) {
        if (counted.certificateEnd)
            exposition.value(labelsOf(name),
                             secondsOf(*counted.certificateEnd - std::chrono::steady_clock::now()) / 86400);
    }
    exposition.family("openloop_probe_state", "gauge", "1 for the state that the target is in");
    for (const auto &[name, counted] : m_targets) {
        if (const auto *watch = measurement.watch(name))
            exposition.states(labelsOf(name), targetStates, wordOf(targetStates, watch->state()));
    }
}

void Figures::writeMonitor(Exposition &exposition, const Measurement &measurement) const
{
    const auto &trust = measurement.trust();
    exposition.family("openloop_monitor_trust", "gauge",
                      "1 for what the last 10 s say of the measurement itself; host_busy suspends the rules");
    exposition.states({}, trustStates, wordOf(trustStates, trust.level));
    exposition.family("openloop_monitor_lag_seconds", "histogram", "How late the monitor came to ticks that were due");
    exposition.value({}, m_lag);
    exposition.family("openloop_monitor_control_seconds", "histogram",
                      "Answers of a responder within the monitor: slow here means a busy machine");
    exposition.value({}, m_control);
    exposition.family("openloop_monitor_stood_still_seconds_total", "counter",
                      "For how long the monitor itself did not run");
    exposition.value({}, m_stoodStill);
    if (trust.processors) {
        exposition.family("openloop_monitor_processors_busy_ratio", "gauge",
                          "Share of all processors that work of normal priority took in the last 10 s");
        exposition.value({}, *trust.processors);
    }
    exposition.family("openloop_monitor_info", "gauge", "1; its version");
    exposition.value({{"version", QCoreApplication::applicationVersion()}}, 1);
}

} // namespace openloop::probe
