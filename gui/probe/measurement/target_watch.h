// SPDX-License-Identifier: GPL-3.0-or-later
// The state of one target from its last samples: waiting, ok, slow, down, silent, paused; and since when and why.
#pragma once

#include "gui/probe/engine/batch.h"
#include "gui/probe/judgement/rules.h"
#include "gui/probe/samples/series.h"
#include "gui/probe/targets/target.h"

namespace openloop::probe {

/// What a target or the whole service is.
enum class TargetState { Unknown, Ok, Degraded, Down, Stale, Paused };

/// Why a target is down, slow or silent, as far as its samples tell.
struct Cause {
    enum class Kind {
        None,
        Failure, ///< how its last tick ended
        Silence, ///< it owes an answer since `silentFor`
        OverLimit, ///< its p99
        Errors, ///< some within TargetWatch::window
    };

    Kind kind = Kind::None;
    Outcome outcome = Outcome::Ok;
    quint16 status = 0; ///< HTTP status, 0: no answer
    Nanoseconds silentFor{0};
};

/// In English, for logs and terminals: "connection refused". Empty for none.
QString plainWords(const Cause &cause);

/// A state machine over the samples of one target. Pure: time comes with the batches.
class TargetWatch
{
public:
    /// Consecutive failures after which a target is down, if they also span `downAfter`.
    static constexpr int failuresUntilDown = 3;
    static constexpr std::chrono::milliseconds downAfter{500};
    /// The stretch whose errors make it slow.
    static constexpr std::chrono::seconds window{10};

    explicit TargetWatch(Target target = {}) : m_target(std::move(target)) { }

    /// The same target with other options: what follows is judged by these.
    void setTarget(const Target &target) { m_target = target; }
    /// `promise`: the rule on its p99, whose breach makes it slow, as it looked at this batch; null: none. Returns true
    /// if the state changed.
    bool take(const TargetBatch &batch, const Series &series, const RuleWatch *promise, Instant now);
    bool setPaused(bool paused, Instant now);

    TargetState state() const { return m_state; }
    const Cause &cause() const { return m_cause; }
    Instant since() const { return m_since; }
    bool hasAnswered() const { return m_answered; } ///< at least once, with any status
    bool hasFinished() const { return m_answered || m_failures > 0; }
    const QList<Instant> &open() const { return m_open; }
    const std::optional<Sample> &last() const { return m_last; }
    const QString &lastProblem() const { return m_lastProblem; } ///< problemOf() its last error; empty: there was none

private:
    bool become(TargetState state, const Cause &cause, Instant since);
    TargetState judge(const Series &series, const RuleWatch *promise, Instant now, Cause &cause) const;

    Target m_target;
    TargetState m_state = TargetState::Unknown;
    Cause m_cause;
    Instant m_since{};
    std::optional<Sample> m_last;
    QString m_lastProblem;
    Instant m_lastAnswer{};
    Instant m_failingSince{};
    int m_failures = 0;
    bool m_answered = false;
    QList<Instant> m_open;
};

} // namespace openloop::probe
