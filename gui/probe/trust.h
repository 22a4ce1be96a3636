// SPDX-License-Identifier: GPL-3.0-or-later
// Whether the measurement can be believed: the control probe and the schedule's own lag are its witnesses.
#pragma once

#include "gui/probe/statistics.h"

#include <deque>

namespace openloop::probe
{

/// Above these the host, not the target, makes latencies. Exceeded by more than 1 % of the ticks, and by 5 at
/// least.
struct TrustLimits {
    Nanoseconds control = std::chrono::milliseconds(5); ///< response of the in-process loopback responder
    Nanoseconds lag = std::chrono::milliseconds(2); ///< how late the probe thread came to a due tick
    Nanoseconds window = std::chrono::seconds(10);
};

enum class TrustLevel {
    Unknown, ///< too little seen yet
    Trustworthy,
    HostBusy, ///< alerts are suspended, headless exits 4
};

struct Trust {
    TrustLevel level = TrustLevel::Unknown;
    QString reason; ///< one sentence; empty while trustworthy
    Quantiles control; ///< of the window
    std::optional<Nanoseconds> lagP99; ///< of the window

    bool suspendsAlerts() const { return level == TrustLevel::HostBusy; }
};

/// Judges the last `window`, and the whole run. Pure: time comes with the samples. One thread.
class TrustJudge
{
public:
    explicit TrustJudge(TrustLimits limits = {})
        : m_limits(limits)
    {
    }

    void addControl(const Sample &sample);
    /// `lag`: how much later than due the probe thread came to a tick.
    void addLag(Instant due, Nanoseconds lag);

    Trust verdict(Instant now) const; ///< of the last window
    Trust verdictOfRun() const; ///< of everything since construction or restart()
    void restart();

private:
    struct Seen {
        Instant at;
        Nanoseconds value;
    };
    Trust judge(qint64 controls, qint64 slow, qint64 ticks, qint64 late) const;
    void forget(Instant now);

    TrustLimits m_limits;
    std::deque<Seen> m_controls, m_lags;
    Statistics m_runControl;
    Histogram m_runLag;
    qint64 m_slowControls = 0;
    qint64 m_lateTicks = 0;
};

} // namespace openloop::probe
