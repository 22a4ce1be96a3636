// SPDX-License-Identifier: GPL-3.0-or-later
// The words in which the engine speaks to all above it and below it: what came in since the last batch, and how it is
// to measure.
#pragma once

#include "gui/probe/judgement/trust.h"
#include "gui/probe/samples/sample.h"

#include <algorithm>

namespace openloop::probe {

/// How an engine measures.
struct EngineOptions {
    std::chrono::milliseconds batchInterval{100};
    int inFlightCap = 64; ///< per target
    qsizetype waitingCap = 10'000; ///< per target; beyond it ticks are skipped
    bool control = true; ///< false: no control probe, for tests
    TrustLimits trustLimits;
    std::optional<Nanoseconds> length; ///< of each target's schedule, from its first tick; nothing: no end
};

/// What happened to one target since the last batch.
struct TargetBatch {
    QString name;
    QList<Sample> samples; ///< in the order they finished
    QList<Instant> open; ///< due times of unfinished ticks, oldest first, at most 256 of them
    int inFlight = 0;
    qint64 waiting = 0; ///< due ticks that wait for a place below the in-flight cap
    qint64 lost = 0; ///< ticks that the monitor lost while it stood still itself
    bool hasEnded = false; ///< no further tick: EngineOptions::length is over
};

/// What the load generator did since load was set.
struct LoadState {
    QString name;
    int wanted = 0; ///< requests kept in flight; 0: off
    int inFlight = 0;
    qint64 completed = 0; ///< answers of any status
    qint64 failed = 0; ///< of them errors, plus those without an answer
    qint64 refused = 0; ///< of the answers, 4xx and 503: no work was done for them

    /// A 504 is no refusal: it has worked.
    bool isMostlyRefused() const { return 2 * refused > completed; }
};

/// Whether there really was load. Requests that are under way most of the time are load too, though their answers
/// come after their deadline.
class LoadWitness
{
public:
    void add(const LoadState &load)
    {
        if (load.wanted == 0)
            return;
        m_last = load;
        ++m_batches;
        m_underWay += load.inFlight > 0 ? 1 : 0;
    }
    /// The latest state while there was to be load.
    const LoadState &last() const { return m_last; }
    bool wasWanted() const { return m_batches > 0; }
    bool sawLoad() const { return 2 * m_underWay > m_batches || m_last.completed > m_last.failed; }

private:
    LoadState m_last;
    int m_batches = 0;
    int m_underWay = 0; ///< of them, those that found requests in flight
};

/// Everything since the last batch; `until` of one is `from` of the next.
struct Batch {
    Instant from;
    Instant until;
    QList<TargetBatch> targets;
    QList<Sample> control; ///< of the in-process responder
    QList<Nanoseconds> lags; ///< how late the probe thread came to each due tick
    QList<Gap> gaps; ///< ended in this batch
    QList<Gap> standstills; ///< those of the monitor itself; those of less than a second are not among the gaps
    QList<LoadState> loads;
    std::optional<ClockStep> clockStep; ///< noticed when the batch was delivered
    std::optional<ProcessorTime> processors; ///< when the batch was delivered
    Trust trust; ///< of the last 10 s

    const TargetBatch *find(const QString &name) const
    {
        const auto at = std::ranges::find(targets, name, &TargetBatch::name);
        return at == targets.end() ? nullptr : &*at;
    }
    /// Tells `judge` what it needs to know about this machine.
    void addTo(TrustJudge &judge) const
    {
        for (const auto &sample : control)
            judge.addControl(sample);
        for (const auto lag : lags)
            judge.addLag(until, lag);
        if (processors)
            judge.addProcessors(until, *processors);
    }
};

} // namespace openloop::probe
