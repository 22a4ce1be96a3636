// SPDX-License-Identifier: GPL-3.0-or-later
// When a target counts as down, silent or slow; the gravest comes first.
#include "gui/probe/measurement/target_watch.h"

#include "gui/probe/samples/durations.h"

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

Cause failureOf(const Sample &sample)
{
    return {Cause::Kind::Failure, sample.outcome, sample.status, {}};
}

/// 429 and 503 say "not now": the service is there and protects itself.
bool isRefusalOfAHealthyService(const Sample &sample)
{
    return sample.outcome == Outcome::HttpError && (sample.status == 503 || sample.status == 429);
}

} // namespace

QString plainWords(const Cause &cause)
{
    switch (cause.kind) {
    case Cause::Kind::Failure:
        return cause.outcome == Outcome::HttpError ? u"HTTP %1"_s.arg(cause.status) : outcomeName(cause.outcome);
    case Cause::Kind::Silence: return u"no answer for "_s + formatDuration(cause.silentFor);
    case Cause::Kind::OverLimit: return u"p99 over its limit"_s;
    case Cause::Kind::Errors: return u"errors in the last 10 s"_s;
    case Cause::Kind::None: break;
    }
    return {};
}

bool TargetWatch::take(const TargetBatch &batch, const Series &series, const RuleWatch *promise, Instant now)
{
    for (const auto &sample : batch.samples) {
        m_last = sample;
        if (!isCensored(sample.outcome))
            m_lastAnswer = std::max(m_lastAnswer, sample.done);
        if (sample.outcome == Outcome::Ok) {
            m_failures = 0;
        } else if (m_failures++ == 0) {
            m_failingSince = sample.due;
        }
        m_answered = m_answered || sample.status != 0;
        if (isError(sample.outcome))
            m_lastProblem = problemOf(sample);
    }
    m_open = batch.open;
    Cause cause;
    const auto state = judge(series, promise, now, cause);
    return become(state, cause, state == TargetState::Down ? m_failingSince : now);
}

bool TargetWatch::setPaused(bool paused, Instant now)
{
    if (paused == (m_state == TargetState::Paused))
        return false;
    return become(paused ? TargetState::Paused : TargetState::Unknown, {}, now);
}

bool TargetWatch::become(TargetState state, const Cause &cause, Instant since)
{
    m_cause = cause;
    if (state == m_state)
        return false;
    m_state = state;
    m_since = since;
    return true;
}

TargetState TargetWatch::judge(const Series &series, const RuleWatch *promise, Instant now, Cause &cause) const
{
    if (!m_last)
        return TargetState::Unknown;
    const bool lasting = m_failures >= failuresUntilDown && now - m_failingSince >= downAfter;
    if (lasting) {
        cause = failureOf(*m_last);
        return isRefusalOfAHealthyService(*m_last) ? TargetState::Degraded : TargetState::Down;
    }
    // Three intervals without an answer, and long enough to be seen. One that hangs while others are answered is no
    // silence: it counts once it has timed out.
    const auto patience = std::max<Nanoseconds>(3 * m_target.interval, std::chrono::seconds(1));
    const auto silentFor = m_open.isEmpty() ? Nanoseconds(0) : now - std::max(m_open.first(), m_lastAnswer);
    if (silentFor > patience) {
        cause = {Cause::Kind::Silence, {}, {}, silentFor};
        return TargetState::Stale;
    }
    if (promise && promise->current().measured > 0 && !promise->rule().condition.holds(promise->current())) {
        cause = {Cause::Kind::OverLimit, {}, {}, {}};
        return TargetState::Degraded;
    }
    if (series.statistics(now - window, now).errorShare() > 0.01) {
        cause = m_failures > 0 ? failureOf(*m_last) : Cause{Cause::Kind::Errors, {}, {}, {}};
        return TargetState::Degraded;
    }
    return TargetState::Ok;
}

} // namespace openloop::probe
