// SPDX-License-Identifier: GPL-3.0-or-later
// A recording instead of the present. The rest of session.h.
#include "gui/models/session.h"

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

constexpr double mostSampled = 7200; // s of single samples at hand: 35 MB for 20 targets at 10 Hz

} // namespace

QString Session::openRecording(const QString &path, std::optional<qint64> session)
{
    auto reader = std::make_unique<probe::SessionReader>(path);
    if (!reader->error().isEmpty())
        return reader->error();
    const auto sessions = reader->sessions();
    if (sessions.isEmpty())
        return tr("%1 holds no session").arg(path);
    const auto wanted =
        std::ranges::find(sessions, session.value_or(sessions.last().id), &probe::SessionReader::Summary::id);
    const auto recorded = wanted == sessions.end() ? sessions.last() : *wanted;
    forget();
    m_reader = std::move(reader);
    m_recorded = recorded.id;
    m_engine.setTargets(recorded.targets);
    m_origin = recorded.origin;
    m_wall = recorded.wall;
    m_control = m_reader->controlSeries(m_recorded);
    for (const auto &target : recorded.targets) {
        m_series.insert_or_assign(target.name, m_reader->series(m_recorded, target.name));
    }
    m_beginning = secondsAt(recorded.origin);
    m_now = m_end = std::max(m_beginning + 1, secondsAt(recorded.until));
    m_sampledFrom = m_sampledTo = 0;
    provideSamples(m_end - mostSampled, m_end);
    for (const auto &entry : m_reader->log(m_recorded))
        restore(entry);
    if (!m_loads.empty() && !m_loads.back().to)
        m_loads.back().to = m_end;
    watchRules();
    judgeReplay();
    emit targetsChanged();
    emit loadChanged();
    emit advanced();
    return {};
}

void Session::restore(const probe::LogEntry &entry)
{
    const double at = secondsAt(entry.at);
    const auto kind = EventLog::kindOf(entry.kind);
    if (kind == Event::Kind::Trust) {
        const bool wasBusy = !m_recordedTrust.empty() && m_recordedTrust.rbegin()->second.suspendsAlerts();
        auto &trust = m_recordedTrust[at];
        trust.level = entry.text.isEmpty() ? probe::TrustLevel::Trustworthy : probe::TrustLevel::HostBusy;
        trust.reason = entry.text;
        if (wasBusy || trust.suspendsAlerts())
            m_log.add({at, kind, {}, textOf(trust)});
        return;
    }
    if (kind != Event::Kind::Load)
        return m_log.add({at, kind, entry.target, entry.text});
    if (!m_loads.empty() && !m_loads.back().to)
        m_loads.back().to = at;
    const int n = entry.text.toInt();
    if (n > 0)
        m_loads.push_back({entry.target, n, at, {}});
    m_log.add({at, kind, entry.target, n > 0 ? tr("%1 requests kept in flight").arg(n) : tr("load ended")});
}

void Session::judgeReplay()
{
    const auto now = instantAt(m_now);
    // Nearly always a minute says it; whoever has been down for all of it may have been so for long.
    if (!judgeReplay(now - std::chrono::minutes(1), now))
        judgeReplay(now - std::chrono::hours(2), now);
    const auto next = m_recordedTrust.upper_bound(m_now);
    m_trust = next == m_recordedTrust.begin() ? probe::Trust() : std::prev(next)->second;
    m_trust.control = m_control.quantiles(now - TargetWatch::window, now);
}

/// States from what was due in [from, now) and known at `now`; false if one is down since before `from`.
bool Session::judgeReplay(probe::Instant from, probe::Instant now)
{
    bool allSeen = true;
    auto known = m_reader->batch(m_recorded, from, now);
    for (const auto &target : targets()) {
        auto &watch = m_watches.insert_or_assign(target.name, TargetWatch(target)).first->second;
        const auto *recorded = known.find(target.name);
        if (!recorded)
            continue;
        probe::TargetBatch batch{target.name, {}, {}, 0, 0};
        probe::Series history(m_origin);
        for (const auto &sample : recorded->samples) {
            if (sample.done > now) {
                batch.open << sample.due;
                continue;
            }
            batch.samples << sample;
            history.add(sample);
        }
        watch.take(batch, history, limitOf(target.name), now);
        const auto &gaps = series(target.name)->gaps();
        if (std::ranges::any_of(gaps, [now](const auto &gap) { return gap.from < now && gap.until >= now; }))
            watch.setPaused(true, now);
        else if (watch.state() == State::Down && watch.since() < from + 3 * target.interval)
            allSeen = false;
    }
    return allSeen;
}

void Session::setReplayNow(double seconds)
{
    if (!isReplay())
        return;
    const auto trusted = m_trust.level;
    const QString loaded = loadedTarget();
    m_now = std::clamp(seconds, m_beginning, m_end);
    judgeReplay();
    if (trusted != m_trust.level)
        emit trustChanged();
    if (loaded != loadedTarget())
        emit loadChanged();
    emit advanced();
}

void Session::provideSamples(double from, double to)
{
    if (!isReplay() || to - from > mostSampled || (from >= m_sampledFrom && to <= m_sampledTo))
        return;
    // As much again on both sides: panning on must not read with every step.
    m_sampledFrom = from - (mostSampled - (to - from)) / 2;
    m_sampledTo = m_sampledFrom + mostSampled;
    const auto first = std::max(m_origin, instantAt(m_sampledFrom));
    const auto last = instantAt(m_sampledTo);
    for (auto &[name, history] : m_series)
        m_reader->loadSamples(m_recorded, name, first, last, history);
    m_reader->loadControlSamples(m_recorded, first, last, m_control);
}

} // namespace openloop::gui
