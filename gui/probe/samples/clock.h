// SPDX-License-Identifier: GPL-3.0-or-later
// One vocabulary of time: durations on the steady clock, and the wall clock as an offset that a session
// keeps.
#pragma once

#include <QDateTime>
#include <QList>

#include <chrono>
#include <optional>

namespace openloop::probe {

using Nanoseconds = std::chrono::nanoseconds;
using Instant = std::chrono::steady_clock::time_point; ///< CLOCK_MONOTONIC: stands still while the machine sleeps

/// Why nothing was measured for a while; charts hatch it and draw no line across.
enum class GapReason { Paused, Suspended, Closed, Untargeted, Stopped };

/// Lower-case word, for instance "suspended".
QString gapName(GapReason reason);

/// The same word whatever the language, for what programs read.
QString keyOf(GapReason reason);

/// A stretch without measurement. A suspend has next to no length on the steady clock; `lost` is what the
/// wall clock saw.
struct Gap {
    GapReason reason = GapReason::Paused;
    Instant from;
    Instant until;
    Nanoseconds lost{0}; ///< time that passed while the steady clock stood still; 0 but for Suspended

    Nanoseconds length() const { return until - from + lost; }
};

/// The moments in which the monitor itself did not run, also those too short to be a gap in a chart.
struct Standstills {
    static constexpr qsizetype kept = 1000;

    QList<Gap> gaps; ///< the first `kept` of them, ascending
    qint64 count = 0;
    Nanoseconds total{0};

    void add(const Gap &gap);
};

/// Turns instants of one session into wall time: an offset, and one more for each suspend. A value; any
/// thread.
class WallClock
{
public:
    using Wall = std::chrono::system_clock::time_point;

    WallClock() = default;
    WallClock(Instant instant, Wall wall) : m_steps{{instant, wall}} { }
    static WallClock now();

    /// From `instant` on the wall clock is `by` further ahead than before (the machine slept).
    void shift(Instant instant, Nanoseconds by);

    Wall at(Instant instant) const;
    QDateTime dateTime(Instant instant) const;

private:
    struct Step {
        Instant instant;
        Wall wall;
    };
    QList<Step> m_steps; ///< ascending
};

/// The wall clock was set while something was measured; no duration knows of it.
struct ClockStep {
    static constexpr qsizetype kept = 100; ///< of a run, the first

    Instant at;
    Nanoseconds by{0}; ///< below 0: back
};

/// Notices that the wall clock was set: it and CLOCK_BOOTTIME, which no one sets, went apart.
class ClockStepDetector
{
public:
    /// Reads both clocks. Returns by how much the wall clock was set since the last call, when that is more than 100
    /// ms; what slews it stays far below.
    std::optional<Nanoseconds> observe();
    /// The same of what was read at one moment. Pure.
    std::optional<Nanoseconds> observe(WallClock::Wall wall, Nanoseconds boot);

private:
    std::optional<Nanoseconds> m_ahead; ///< wall minus boot
};

/// Notices that the machine slept: CLOCK_BOOTTIME went on, CLOCK_MONOTONIC did not. Pure; the caller reads
/// the clocks.
class SuspendDetector
{
public:
    /// `boot`: CLOCK_BOOTTIME at the same moment as `now`. Returns the gap since the last call when the
    /// clocks drifted apart by more than 100 ms.
    std::optional<Gap> observe(Instant now, Nanoseconds boot);

    /// CLOCK_BOOTTIME of this moment.
    static Nanoseconds bootTime();

private:
    std::optional<Instant> m_lastNow;
    Nanoseconds m_lastBoot{0};
};

} // namespace openloop::probe
