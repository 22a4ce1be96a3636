// SPDX-License-Identifier: GPL-3.0-or-later
// What the window says about one target: plain values, made by the session model, shown by cards, verdict and events.
#pragma once

#include "gui/models/state.h"

#include <QString>

#include <optional>
#include <vector>

namespace openloop::gui {

/// What a target promises of its p99, and how that stands: as its rule is judged, over the rule's own time.
struct Promise {
    double limit = 0; ///< ms
    double seconds = 10; ///< over which it is judged
    QString label; ///< "p99", or "max (n=50)" where there are too few answers for one
    std::optional<double> value; ///< ms; absent: nothing measured
    bool kept = true;
    std::optional<double> alarmAfter; ///< s, while it is broken, but not for long enough to be told
};

/// Figures of one target over the visible window; durations in milliseconds, absent until measured.
struct TargetFigures {
    QString name;
    QString url;
    State state = State::Unknown;
    QString cause; ///< why it is down, degraded or silent, for people: "connection refused"
    double stateSeconds = 0; ///< how long it has been in this state
    std::optional<double> last, p50, p95, p99, max;
    std::optional<double> moreFrom; ///< from here on a latency is known to be more: requests timed out, or were skipped
    QString advice; ///< what to do about the cause, for people; may be empty
    std::optional<Promise> promise;
    double seconds = 0; ///< how long the stretch is that the figures are of
    bool untilNow = true; ///< it ends with the present
    qint64 n = 0; ///< all that were due: answers, errors, skipped
    qint64 measured = 0; ///< those with a latency: what the percentiles are of
    qint64 errors = 0;
    qint64 skipped = 0;
    qint64 retried = 0; ///< sent again, as their kept connection was closed as they left
    std::optional<double> certificateDays; ///< until the certificate of the service ends
    std::vector<double> sparkline; ///< p50 of equal stretches, oldest first; negative where nothing was measured
    bool isControl = false;
    bool isUnderLoad = false; ///< the load generator is saturating it
    bool isMuted = false; ///< an experiment keeps it from being probed

    /// Slow or silent only because of the load that it is under.
    bool isMerelyLoaded() const { return (isUnderLoad || isMuted) && state != State::Down && state != State::Paused; }
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
