// SPDX-License-Identifier: GPL-3.0-or-later
// Which load ran when, and what was known at a moment of a recording.
#include "gui/probe/measurement/measurement.h"

#include <algorithm>

namespace openloop::probe {

namespace {

constexpr std::chrono::hours mostSampled{2}; // of single samples at hand: 35 MB for 20 targets at 10 Hz

} // namespace

void Measurement::setLoad(const QString &name, int n)
{
    m_source->setLoad(name, n);
    noticeLoads();
}

void Measurement::noticeLoads()
{
    // The source is asked, because experiments set its load too. What ends comes before what begins.
    bool changed = false;
    for (auto &span : m_loads) {
        const int wanted = m_source->load(span.target);
        if (span.to || wanted == span.size)
            continue;
        span.to = m_now;
        changed = true;
        if (wanted == 0)
            addLoad(m_now, span.target, 0);
    }
    for (const auto &target : std::as_const(m_targets)) {
        const int wanted = m_source->load(target.name);
        const auto runs = [&](const LoadSpan &span) { return span.target == target.name && !span.to; };
        if (wanted == 0 || std::ranges::any_of(m_loads, runs))
            continue;
        m_loads.push_back({target.name, wanted, m_now, {}});
        changed = true;
        addLoad(m_now, target.name, wanted);
    }
    if (changed)
        emit loadChanged();
}

void Measurement::addLoad(Instant at, const QString &target, int n)
{
    add({.at = at, .kind = EventKind::Load, .what = Event::What::LoadSet, .target = target, .load = n});
}

const LoadSpan *Measurement::load() const
{
    const auto running = std::ranges::find_if(
        m_loads, [this](const LoadSpan &span) { return span.from <= m_now && (!span.to || *span.to > m_now); });
    return running == m_loads.end() ? nullptr : &*running;
}

void Measurement::restore(const Event &event)
{
    if (event.what == Event::What::Trust) {
        Trust trust;
        trust.level = event.text.isEmpty() ? TrustLevel::Trustworthy : TrustLevel::HostBusy;
        trust.reason = event.text;
        return setTrust(event.at, trust);
    }
    if (event.what == Event::What::LoadSet) {
        for (auto &span : m_loads) {
            if (span.target == event.target && !span.to)
                span.to = event.at;
        }
        if (event.load > 0)
            m_loads.push_back({event.target, event.load, event.at, {}});
    }
    add(event);
}

void Measurement::restoreCertificate(const LogEntry &entry)
{
    constexpr qint64 farAway = qint64(100) * 366 * 86400;
    const auto watched = m_watched.find(entry.target);
    if (watched != m_watched.end())
        watched->second.certificates.append(
            {entry.at, std::chrono::seconds(std::clamp(entry.text.toLongLong(), -farAway, farAway))});
}

/// What was left at now() of the certificates that were known then.
void Measurement::judgeCertificates()
{
    for (auto &[name, watched] : m_watched) {
        std::optional<Nanoseconds> left;
        for (const auto &seen : std::as_const(watched.certificates)) {
            if (seen.at <= m_now)
                left = seen.left - std::chrono::duration_cast<Nanoseconds>(m_wall.at(m_now) - m_wall.at(seen.at));
        }
        watched.series.setCertificateLeft(left);
    }
}

void Measurement::restore()
{
    for (const auto &entry : m_source->log()) {
        if (entry.kind == LogEntry::certificateKind)
            restoreCertificate(entry);
        else
            restore(fromEntry(entry));
    }
    for (auto &span : m_loads)
        span.to = span.to.value_or(end());
    const auto isOfTheMonitor = [](const Gap &gap) {
        return gap.reason == GapReason::Stopped || gap.reason == GapReason::Suspended;
    };
    for (const auto &target : std::as_const(m_targets)) {
        auto &watched = m_watched.at(target.name);
        for (const auto &gap : watched.series.gaps()) {
            if (isOfTheMonitor(gap))
                watched.lost += (gap.until - gap.from) / target.interval;
        }
    }
    for (const auto &gap : m_watched.empty() ? QList<Gap>() : m_watched.begin()->second.series.gaps()) {
        if (isOfTheMonitor(gap))
            m_standstills.add(gap);
    }
    provideSamples(end() - mostSampled, end());
    moveTo(end());
}

void Measurement::moveTo(Instant moment)
{
    const auto trusted = m_trust.level;
    const auto *loaded = load();
    m_now = std::clamp(moment, origin(), end());
    judgeCertificates();
    // Nearly always a minute says it; whoever has been down for all of it may have been so for long.
    Nanoseconds needed = std::chrono::minutes(1);
    for (const auto &one : m_rules)
        needed = std::clamp<Nanoseconds>(one.watch.rule().over, needed, mostSampled);
    if (!judgeMoment(m_now - needed))
        judgeMoment(m_now - mostSampled);
    m_trust.control = m_control.quantiles(m_now - TargetWatch::window, m_now);
    if (trusted != m_trust.level)
        emit trustChanged();
    if (loaded != load())
        emit loadChanged();
    emit advanced();
}

/// States from what was due in [from, now()) and known by now(); false if one is down since before `from`.
bool Measurement::judgeMoment(Instant from)
{
    bool allSeen = true;
    const auto known = m_source->moment(from, m_now);
    m_trust = known.trust;
    for (const auto &target : std::as_const(m_targets)) {
        auto &watched = m_watched.at(target.name);
        auto &watch = watched.watch;
        watch = TargetWatch(target);
        const auto *batch = known.find(target.name);
        if (!batch)
            continue;
        Series history(origin()); // without what came later
        for (const auto &sample : batch->samples)
            history.add(sample);
        auto promise = promiseOf(target.name) ? std::optional(*promiseOf(target.name)) : std::nullopt;
        if (promise)
            promise->look(m_now, history, batch->open);
        watch.take(*batch, history, promise ? &*promise : nullptr, m_now);
        if (std::ranges::any_of(watched.series.gaps(),
                                [this](const auto &gap) { return gap.from < m_now && gap.until >= m_now; }))
            watch.setPaused(true, m_now);
        else if (watch.state() == TargetState::Down && watch.since() < from + 3 * target.interval)
            allSeen = false;
    }
    return allSeen;
}

void Measurement::provideSamples(Instant from, Instant to)
{
    if (to - from > mostSampled || (from >= m_sampledFrom && to <= m_sampledTo))
        return;
    // As much again on both sides: panning on must not read with every step.
    m_sampledFrom = from - (mostSampled - (to - from)) / 2;
    m_sampledTo = m_sampledFrom + mostSampled;
    const auto first = std::max(origin(), m_sampledFrom);
    for (auto &[name, watched] : m_watched)
        m_source->loadSamples(name, first, m_sampledTo, watched.series);
    m_source->loadControlSamples(first, m_sampledTo, m_control);
}

} // namespace openloop::probe
