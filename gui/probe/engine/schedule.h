// SPDX-License-Identifier: GPL-3.0-or-later
// When ticks are due, and what becomes of those that can't be sent yet: the open loop, without any I/O.
#pragma once

#include "gui/probe/samples/clock.h"

#include <deque>
#include <optional>

namespace openloop::probe {

/// Tick k is due at t0 + k*T, computed and never accumulated. Pure: the caller brings the time.
class Schedule
{
public:
    /// interval: 1 ns or more. length: ticks are due in [t0, t0 + length); nothing: for ever.
    Schedule(Instant t0, Nanoseconds interval, std::optional<Nanoseconds> length = {})
        : m_t0(t0), m_interval(interval), m_end(length ? Instant(t0 + *length) : Instant::max())
    {
    }

    bool hasEnded() const { return m_t0 + m_k * m_interval >= m_end; }
    Instant next() const { return hasEnded() ? Instant::max() : Instant(m_t0 + m_k * m_interval); }
    /// The due time of the next tick when that has come, and on to the one after it. Call until nothing is
    /// due: a late caller gets every tick it missed.
    std::optional<Instant> take(Instant now);
    /// Ticks due before `instant` will not happen (pause, suspend). The grid t0 + k*T stays.
    /// Returns how many those are.
    qint64 skipTo(Instant instant);

    /// Offset of the index-th of several schedules with one interval, 0 <= offset < interval: spread evenly
    /// whatever their number (golden ratio sequence), so that their ticks don't queue behind each other.
    static Nanoseconds offsetOf(int index, Nanoseconds interval);

private:
    Instant m_t0;
    Nanoseconds m_interval;
    Instant m_end;
    qint64 m_k = 0;
};

/// Due ticks in order: at most `inFlightCap` are on their way, at most `waitingCap` wait, further ones are
/// skipped.
class TickQueue
{
public:
    enum class Fate { Waits, Skipped };

    TickQueue(int inFlightCap, qsizetype waitingCap)
        : m_inFlightCap(inFlightCap), m_waitingCap(static_cast<std::size_t>(waitingCap))
    {
    }

    Fate add(Instant due);
    /// The oldest waiting tick, if there is a place for it; it then counts as in flight until finished().
    std::optional<Instant> takeForSending();
    void finished() { --m_inFlight; }

    int inFlight() const { return m_inFlight; }
    const std::deque<Instant> &waiting() const { return m_waiting; }
    /// Forgets everything, waiting and in flight.
    void clear();

private:
    int m_inFlightCap;
    std::size_t m_waitingCap;
    int m_inFlight = 0;
    std::deque<Instant> m_waiting;
};

} // namespace openloop::probe
