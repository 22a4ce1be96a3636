// SPDX-License-Identifier: GPL-3.0-or-later
// What the window says about one target: plain values, made by the session model, shown by cards, verdict and events.
#pragma once

#include "gui/models/state.h"

#include <QString>

#include <optional>
#include <vector>

namespace openloop::gui {

/// Figures of one target over the visible window; durations in milliseconds, absent until measured.
struct TargetFigures {
    QString name;
    QString url;
    State state = State::Unknown;
    QString cause; ///< why it is down or degraded, for people: "connection refused"
    double stateSeconds = 0; ///< how long it has been in this state
    std::optional<double> last, p50, p95, p99, max;
    std::optional<double> limit; ///< the p99 that the target is to stay below
    qint64 n = 0; ///< all that were due: answers, errors, skipped
    qint64 measured = 0; ///< those with a latency: what the percentiles are of
    qint64 errors = 0;
    qint64 skipped = 0;
    qint64 retried = 0; ///< sent again, as their kept connection was closed as they left
    std::optional<double> certificateDays; ///< until the certificate of the service ends
    std::vector<double> sparkline; ///< p50 of equal stretches, oldest first; negative where nothing was measured
    bool isControl = false;
    bool isUnderLoad = false; ///< the load generator is saturating it

    /// Slow or silent only because of the load that it is under.
    bool isMerelyLoaded() const { return isUnderLoad && state != State::Down && state != State::Paused; }
    /// Failed requests in all requests, 0..1.
    double errorShare() const { return n > 0 ? static_cast<double>(errors) / static_cast<double>(n) : 0; }
    /// A p99 of fewer than 100 latencies is only their maximum and is labelled so.
    bool hasTail() const { return measured >= 100; }
};

/// The state in one word, as shown beside its shape.
QString wordFor(State state);
/// The same of a target: one under load may be slow or silent, that is what the load is for.
QString wordFor(const TargetFigures &figures);

} // namespace openloop::gui
