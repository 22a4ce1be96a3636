// SPDX-License-Identifier: GPL-3.0-or-later
// Whether the measurement can be believed. Three witnesses: the control probe, the schedule's own lag, and the
// kernel's account of the processors.
#pragma once

#include "gui/probe/judgement/processor_use.h"
#include "gui/probe/samples/statistics.h"

#include <deque>

namespace openloop::probe {

/// Above these the host, not the target, makes latencies. Times: exceeded by more than 1 % of the ticks, and by 5
/// at least. Work below normal priority, such as a computing pool that steps back, makes no machine busy.
struct TrustLimits {
    Nanoseconds control = std::chrono::milliseconds(5); ///< response of the in-process loopback responder
    Nanoseconds lag = std::chrono::milliseconds(2); ///< how late the probe thread came to a due tick
    double processors = 0.95; ///< share of all processors that work of normal priority takes, 0..1
    Nanoseconds window = std::chrono::seconds(10);
    Nanoseconds settle = std::chrono::seconds(5); ///< for which no reason may be seen before a doubt ends
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
    std::optional<double> processors; ///< share of all that work of normal priority took in the window, 0..1
    std::optional<double> stolen; ///< share that the host of this virtual machine took

    bool suspendsAlerts() const { return level == TrustLevel::HostBusy; }
};

/// Judges the last `window`, and the whole run. Pure: time comes with the samples. One thread.
class TrustJudge
{
public:
    explicit TrustJudge(TrustLimits limits = {}) : m_limits(limits) { }

    void addControl(const Sample &sample);
    /// `lag`: how much later than due the probe thread came to a tick.
    void addLag(Instant due, Nanoseconds lag);
    void addProcessors(Instant at, ProcessorTime time);

    /// Of the last window. A doubt begins at once and ends late, so that one at the edge does not come and go.
    Trust verdict(Instant now);
    Trust verdictOfRun() const; ///< of everything since construction or restart()
    void restart();

private:
    struct Seen {
        Instant at;
        Nanoseconds value;
    };
    struct ProcessorsSeen {
        Instant at;
        ProcessorTime time;
    };
    struct Counts {
        qint64 controls = 0, slow = 0, ticks = 0, late = 0;
    };
    /// `first`: what the processors' shares are counted from.
    Trust judge(const Counts &counts, const std::optional<ProcessorTime> &first) const;
    Trust judgeWindow(Instant now) const;
    void forget(Instant now);

    TrustLimits m_limits;
    std::deque<Seen> m_controls, m_lags;
    std::deque<ProcessorsSeen> m_processors;
    std::optional<ProcessorTime> m_firstProcessors;
    Statistics m_runControl{Statistics::Keep::Histogram}; ///< a run may last for ever
    Histogram m_runLag;
    qint64 m_slowControls = 0;
    qint64 m_lateTicks = 0;
    QString m_doubt; ///< the reason that was seen last; empty: there is no doubt
    std::optional<Instant> m_calmSince; ///< while in doubt: since when no reason is seen
};

} // namespace openloop::probe
