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
