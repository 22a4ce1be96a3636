// SPDX-License-Identifier: GPL-3.0-or-later
// What a measurement counts for others to fetch: figures that only grow, so that any Prometheus makes rates of them.
#pragma once

#include "gui/probe/headless/always_on/exposition.h"
#include "gui/probe/measurement/measurement.h"

namespace openloop::probe {

/// Counts from the first batch on; its memory depends on the number of targets alone. One thread.
class Figures
{
public:
    /// Those that went are forgotten, those that stay go on counting.
    void setTargets(const QList<Target> &targets);
    void take(const Batch &batch);
    /// Adds all families on the targets, the rules and the monitor itself.
    void writeTo(Exposition &exposition, const Measurement &measurement) const;

private:
    /// Timeouts and skipped ticks are above all bounds, other errors in no bucket: a fast refusal is no fast success.
    struct Counted {
        ClassicHistogram response;
        std::map<Outcome, qint64> errors;
        qint64 skipped = 0, retried = 0, lost = 0;
        int inFlight = 0;
        qint64 waiting = 0;
        std::optional<Instant> oldestOpen; ///< due time of the first tick without an answer
        std::optional<Instant> certificateEnd;
    };

    void writeTargets(Exposition &exposition, const Measurement &measurement) const;
    void writeMonitor(Exposition &exposition, const Measurement &measurement) const;

    std::map<QString, Counted> m_targets;
    Instant m_until; ///< of the last batch
    ClassicHistogram m_control, m_lag;
    double m_stoodStill = 0; ///< s
};

} // namespace openloop::probe
