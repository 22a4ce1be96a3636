// SPDX-License-Identifier: GPL-3.0-or-later
// Counts slow controls, late ticks and busy processors, and words the gravest doubt.
#include "gui/probe/judgement/trust.h"

#include "gui/probe/samples/words.h"

#include <algorithm>
#include <vector>

namespace openloop::probe {

namespace {

constexpr qint64 enoughTicks = 20;
constexpr qint64 enoughProcessorTicks = 100; // below, one tick more or less would be a per cent

constexpr double remarkablyStolen = 0.05;

/// More than 1 % of them, and more than a hiccup.
bool tooMany(qint64 bad, qint64 all)
{
    return bad > std::max<qint64>(4, all / 100);
}

} // namespace

void TrustJudge::addControl(const Sample &sample)
{
    m_runControl.add(sample);
    // A control probe that fails or is skipped is as bad as a slow one.
    const auto value =
        sample.outcome == Outcome::Ok ? sample.response() : std::max(sample.response(), m_limits.control * 2);
    m_slowControls += value > m_limits.control;
    m_controls.push_back({sample.done, value});
    forget(sample.done);
}

void TrustJudge::addLag(Instant due, Nanoseconds lag)
{
    m_runLag.add(lag);
    m_lateTicks += lag > m_limits.lag;
    m_lags.push_back({due, lag});
}

void TrustJudge::addProcessors(Instant at, ProcessorTime time)
{
    if (!m_firstProcessors)
        m_firstProcessors = time;
    m_processors.push_back({at, time});
    while (m_processors.front().at < at - m_limits.window)
        m_processors.pop_front();
}

void TrustJudge::forget(Instant now)
{
    for (auto *seen : {&m_controls, &m_lags}) {
        while (!seen->empty() && seen->front().at < now - m_limits.window)
            seen->pop_front();
    }
}

void TrustJudge::restart()
{
    *this = TrustJudge(m_limits);
}

Trust TrustJudge::judge(const Counts &counts, const std::optional<ProcessorTime> &first) const
{
    Trust trust;
    if (first && m_processors.back().time.total - first->total >= enoughProcessorTicks) {
        const auto &last = m_processors.back().time;
        const auto total = static_cast<double>(last.total - first->total);
        trust.processors = std::clamp(static_cast<double>(last.busy - first->busy) / total, 0.0, 1.0);
        trust.stolen = std::clamp(static_cast<double>(last.stolen - first->stolen) / total, 0.0, 1.0);
    }
    if (tooMany(counts.slow, counts.controls))
        trust.reason = tr("this machine is busy: %1 of %2 control probes took more than %3")
                           .arg(counts.slow)
                           .arg(counts.controls)
                           .arg(spoken(m_limits.control));
    else if (tooMany(counts.late, counts.ticks))
        trust.reason = tr("this machine is busy: %1 of %2 ticks came more than %3 late")
                           .arg(counts.late)
                           .arg(counts.ticks)
                           .arg(spoken(m_limits.lag));
    else if (trust.processors.value_or(0) >= m_limits.processors)
        trust.reason =
            tr("this machine is busy: its processors are taken to %1 %").arg(*trust.processors * 100, 0, 'f', 0);
    if (!trust.reason.isEmpty()) {
        trust.level = TrustLevel::HostBusy;
        if (trust.stolen.value_or(0) >= remarkablyStolen)
            trust.reason +=
                tr("; the host of this virtual machine took %1 % of its time").arg(*trust.stolen * 100, 0, 'f', 0);
    } else if (counts.ticks >= enoughTicks) {
        trust.level = TrustLevel::Trustworthy;
    }
    return trust;
}

Trust TrustJudge::verdict(Instant now)
{
    auto trust = judgeWindow(now);
    if (trust.suspendsAlerts()) {
        m_doubt = trust.reason;
        m_calmSince.reset();
    } else if (!m_doubt.isEmpty()) {
        m_calmSince = m_calmSince.value_or(now);
        if (now - *m_calmSince < m_limits.settle) {
            trust.level = TrustLevel::HostBusy;
            trust.reason = m_doubt;
        } else {
            m_doubt.clear();
            m_calmSince.reset();
        }
    }
    return trust;
}

Trust TrustJudge::judgeWindow(Instant now) const
{
    const auto from = now - m_limits.window;
    Counts counts;
    Statistics control;
    for (const auto &seen : m_controls) {
        if (seen.at < from)
            continue;
        control.add(Outcome::Ok, seen.value);
        counts.slow += seen.value > m_limits.control;
    }
    for (const auto &seen : m_lags) {
        if (seen.at < from)
            continue;
        ++counts.ticks;
        counts.late += seen.value > m_limits.lag;
    }
    counts.controls = control.n();
    const auto first = std::ranges::find_if(m_processors, [from](const auto &seen) { return seen.at >= from; });
    auto trust = judge(counts, first == m_processors.end() ? std::nullopt : std::optional(first->time));
    trust.control = control.quantiles();
    if (counts.ticks > 0) { // of thousands, ten times a second: only those above it need to be in order for that
        std::vector<Seen> latest(static_cast<std::size_t>(counts.ticks - (counts.ticks * 99 + 99) / 100 + 1));
        const auto inWindow = std::ranges::subrange(m_lags.end() - counts.ticks, m_lags.end());
        std::ranges::partial_sort_copy(inWindow, latest, std::greater(), &Seen::value, &Seen::value);
        trust.lagP99 = latest.back().value;
    }
    return trust;
}

Trust TrustJudge::verdictOfRun() const
{
    auto trust = judge({m_runControl.n(), m_slowControls, m_runLag.count(), m_lateTicks}, m_firstProcessors);
    trust.control = m_runControl.quantiles();
    trust.lagP99 = m_runLag.quantile(0.99);
    return trust;
}

} // namespace openloop::probe
