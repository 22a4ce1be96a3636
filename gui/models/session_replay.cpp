// SPDX-License-Identifier: GPL-3.0-or-later
// A recording instead of the present. The rest of session.h.
#include "gui/models/session.h"

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

constexpr double mostSampled = 7200; // s of single samples at hand: 35 MB for 20 targets at 10 Hz

} // namespace

QString Session::openRecording(const QString &path)
{
    auto reader = std::make_unique<probe::SessionReader>(path);
    if (!reader->error().isEmpty())
        return reader->error();
    const auto sessions = reader->sessions();
    if (sessions.isEmpty())
        return tr("%1 holds no session").arg(path);
    const auto &recorded = sessions.last();
    forget();
    m_reader = std::move(reader);
    m_recorded = recorded.id;
    m_engine.setTargets(recorded.targets);
    m_origin = recorded.origin;
    m_wall = recorded.wall;
    m_control = m_reader->controlSeries(m_recorded);
    for (const auto &target : recorded.targets) {
        m_series.insert_or_assign(target.name, m_reader->series(m_recorded, target.name));
        m_watches.insert_or_assign(target.name, TargetWatch(target));
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
    emit targetsChanged();
    emit advanced();
    return {};
}

void Session::restore(const probe::LogEntry &entry)
{
    const double at = secondsAt(entry.at);
    if (entry.kind != u"load"_s)
        return m_log.add({at, Event::Kind::Note, entry.target, entry.text});
    if (!m_loads.empty() && !m_loads.back().to)
        m_loads.back().to = at;
    const int n = entry.text.toInt();
    if (n > 0)
        m_loads.push_back({entry.target, n, at, {}});
    m_log.add({at, Event::Kind::Load, entry.target, n > 0 ? tr("%1 requests kept in flight").arg(n) : tr("load ended")});
}

void Session::setReplayNow(double seconds)
{
    if (!isReplay())
        return;
    m_now = std::clamp(seconds, m_beginning, m_end);
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
