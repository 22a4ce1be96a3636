// SPDX-License-Identifier: GPL-3.0-or-later
// SLO rules: when to raise an alarm, and, just as important, when not to (flicker, doubtful measurements,
// silence).
#pragma once

#include "gui/probe/judgement/condition.h"
#include "gui/probe/samples/series.h"

namespace openloop::probe {

/// `health: p99 < 20ms over 10s for 5s`: the condition that should hold, the window it is computed over, and
/// how long it must be broken before it fires. Defaults: over 10s, for 0s. Empty target: every target.
struct Rule {
    QString target;
    Condition condition;
    Nanoseconds over = std::chrono::seconds(10);
    Nanoseconds holdFor{0};

    QString text() const;
    bool operator==(const Rule &) const = default;
};

/// `[target:] condition [over DURATION] [for DURATION]`. `certificate<14d` says, as alarms are named, what must not be,
/// and reads as `certificate>=14d`.
Parsed<Rule> parseRule(const QString &text);

/// What the rule is held against at `now`. `open`: due times of unfinished ticks; those that already waited longer than
/// its limit count as violations, so that a stall is seen before it ends. Others who speak of the rule ask here, too:
/// there is one figure for one promise.
Quantiles quantilesFor(const Rule &rule, Instant now, const Series &series, const QList<Instant> &open);

enum class RuleState {
    Unknown, ///< no tick in the window yet, or too few to judge a count by
    Ok,
    Pending, ///< broken, but not for long enough
    Firing,
    Recovering, ///< holds again, but not for long enough
};

/// A change that users are told of.
struct RuleEvent {
    Instant at;
    QString target;
    QString rule;
    bool firing = false; ///< false: recovered
    QString value; ///< "p99 412 ms"
    Nanoseconds lasted{0}; ///< of the violation, for a recovery
};

/// One rule watching one target. Fires when the condition is broken for `holdFor` without a break; ends when
/// it holds by a margin of 10 % for max(holdFor, 2 s). Pure: time comes as an argument. One thread.
class RuleWatch
{
public:
    RuleWatch(Rule rule, QString target) : m_rule(std::move(rule)), m_target(std::move(target)) { }

    /// Call with each batch, look() first. `open`: as in quantilesFor.
    void look(Instant now, const Series &series, const QList<Instant> &open)
    {
        m_current = quantilesFor(m_rule, now, series, open);
    }
    /// What follows from it. `suspended`: untrustworthy, the state stays as it is.
    std::optional<RuleEvent> evaluate(Instant now, bool suspended);

    RuleState state() const { return m_state; }
    bool hasFired() const { return m_state == RuleState::Firing || m_state == RuleState::Recovering; }
    Instant brokenSince() const { return m_brokenSince; } ///< of what has fired
    /// False: it was suspended, or saw no tick, most of the time, so that not having fired proves nothing.
    bool wasJudged() const { return m_judged > m_suspended; }
    const Rule &rule() const { return m_rule; }
    const QString &target() const { return m_target; }
    const Quantiles &current() const { return m_current; } ///< of the window at the last look()

private:
    bool holdsByMargin() const;
    bool isTooEarly() const; ///< for a count that the window, not yet as long as the rule's, can still reach

    Rule m_rule;
    QString m_target;
    RuleState m_state = RuleState::Unknown;
    Instant m_since; ///< of the state
    Instant m_brokenSince;
    Quantiles m_current;
    qint64 m_judged = 0, m_suspended = 0; ///< calls of evaluate
};

} // namespace openloop::probe
