// SPDX-License-Identifier: GPL-3.0-or-later
// Suspends shift the wall clock from then on; of them, and of who sets it, the drift of kernel clocks tells.
#include "gui/probe/samples/clock.h"

#include <QCoreApplication>

#include <algorithm>
#include <ctime>
#include <optional>

namespace openloop::probe {

QString gapName(GapReason reason)
{
    switch (reason) {
    case GapReason::Paused: return QCoreApplication::translate("Gap", "paused");
    case GapReason::Suspended: return QCoreApplication::translate("Gap", "suspended");
    case GapReason::Closed: return QCoreApplication::translate("Gap", "closed");
    case GapReason::Untargeted: return QCoreApplication::translate("Gap", "not a target");
    case GapReason::Stopped: return QCoreApplication::translate("Gap", "stopped");
    }
    return {};
}

QString keyOf(GapReason reason)
{
    switch (reason) {
    case GapReason::Paused: return QStringLiteral("paused");
    case GapReason::Suspended: return QStringLiteral("suspended");
    case GapReason::Closed: return QStringLiteral("closed");
    case GapReason::Untargeted: return QStringLiteral("untargeted");
    case GapReason::Stopped: return QStringLiteral("stopped");
    }
    return {};
}

void Standstills::add(const Gap &gap)
{
    ++count;
    total += gap.length();
    if (gaps.size() < kept)
        gaps.append(gap);
}

WallClock WallClock::now()
{
    return {std::chrono::steady_clock::now(), std::chrono::system_clock::now()};
}

void WallClock::shift(Instant instant, Nanoseconds by)
{
    m_steps.append({instant, at(instant) + std::chrono::duration_cast<Wall::duration>(by)});
}

WallClock::Wall WallClock::at(Instant instant) const
{
    if (m_steps.isEmpty())
        return {};
    auto step = m_steps.crbegin();
    while (step + 1 != m_steps.crend() && step->instant > instant)
        ++step;
    return step->wall + std::chrono::duration_cast<Wall::duration>(instant - step->instant);
}

QDateTime WallClock::dateTime(Instant instant) const
{
    const auto sinceEpoch = at(instant).time_since_epoch();
    return QDateTime::fromMSecsSinceEpoch(std::chrono::duration_cast<std::chrono::milliseconds>(sinceEpoch).count());
}

std::optional<Nanoseconds> ClockStepDetector::observe()
{
    const auto before = SuspendDetector::bootTime();
    const auto wall = std::chrono::system_clock::now();
    if (SuspendDetector::bootTime() - before > std::chrono::milliseconds(10))
        return {}; // interrupted in between, so that they are not of one moment; the next look sees a step as well
    return observe(wall, before);
}

std::optional<Nanoseconds> ClockStepDetector::observe(WallClock::Wall wall, Nanoseconds boot)
{
    const auto ahead = std::chrono::duration_cast<Nanoseconds>(wall.time_since_epoch()) - boot;
    const auto before = std::exchange(m_ahead, ahead);
    if (!before || std::chrono::abs(ahead - *before) <= std::chrono::milliseconds(100))
        return {};
    return ahead - *before;
}

std::optional<Gap> SuspendDetector::observe(Instant now, Nanoseconds boot)
{
    const auto lastNow = std::exchange(m_lastNow, now);
    const auto lastBoot = std::exchange(m_lastBoot, boot);
    if (!lastNow)
        return {};
    const auto lost = (boot - lastBoot) - (now - *lastNow);
    if (lost <= std::chrono::milliseconds(100))
        return {};
    return Gap{GapReason::Suspended, *lastNow, now, lost};
}

Nanoseconds SuspendDetector::bootTime()
{
    timespec time{};
    clock_gettime(CLOCK_BOOTTIME, &time);
    return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

} // namespace openloop::probe
