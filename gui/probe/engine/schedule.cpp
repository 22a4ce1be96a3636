// SPDX-License-Identifier: GPL-3.0-or-later
// Counts ticks from t0, so that no lateness adds up, and queues those above the in-flight cap.
#include "gui/probe/engine/schedule.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace openloop::probe {

std::optional<Instant> Schedule::take(Instant now)
{
    const auto due = next();
    if (due > now)
        return {};
    ++m_k;
    return due;
}

qint64 Schedule::skipTo(Instant instant)
{
    if (instant <= next() || hasEnded())
        return 0;
    const auto indexAt = [this](Instant at) { return (at - m_t0 + m_interval - Nanoseconds(1)) / m_interval; };
    const auto first = std::exchange(m_k, indexAt(std::min(instant, m_end)));
    return m_k - first;
}

Nanoseconds Schedule::offsetOf(int index, Nanoseconds interval)
{
    double whole = 0;
    const double fraction = std::modf(index * 0.6180339887498949, &whole);
    return Nanoseconds(static_cast<qint64>(fraction * static_cast<double>(interval.count())));
}

TickQueue::Fate TickQueue::add(Instant due)
{
    if (m_inFlight >= m_inFlightCap && m_waiting.size() >= m_waitingCap)
        return Fate::Skipped;
    m_waiting.push_back(due);
    return Fate::Waits;
}

std::optional<Instant> TickQueue::takeForSending()
{
    if (m_waiting.empty() || m_inFlight >= m_inFlightCap)
        return {};
    const auto due = m_waiting.front();
    m_waiting.pop_front();
    ++m_inFlight;
    return due;
}

void TickQueue::clear()
{
    m_waiting.clear();
    m_inFlight = 0;
}

} // namespace openloop::probe
