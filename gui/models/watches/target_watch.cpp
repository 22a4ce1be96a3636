// SPDX-License-Identifier: GPL-3.0-or-later
// See target_watch.h.
#include "gui/models/watches/target_watch.h"

#include "gui/models/format.h"
#include "gui/probe/samples/durations.h"

#include <QCoreApplication>

namespace openloop::gui {

namespace {

struct TargetWatchText {
    Q_DECLARE_TR_FUNCTIONS(TargetWatchText)
};

double secondsBetween(probe::Instant from, probe::Instant to)
{
    return std::chrono::duration<double>(to - from).count();
}

QString causeOf(const probe::Sample &sample)
{
    if (sample.outcome == probe::Outcome::HttpError)
        return TargetWatchText::tr("HTTP %1").arg(sample.status);
    return probe::outcomeName(sample.outcome);
}

/// 429 and 503 say "not now": the service is there and protects itself.
bool isRefusalOfAHealthyService(const probe::Sample &sample)
{
    return sample.outcome == probe::Outcome::HttpError && (sample.status == 503 || sample.status == 429);
}

} // namespace

bool TargetWatch::take(const probe::TargetBatch &batch, const probe::Series &series, std::optional<double> limit,
                       probe::Instant now)
{
    for (const auto &sample : batch.samples) {
        m_last = sample;
        if (sample.outcome == probe::Outcome::Ok) {
            m_failures = 0;
        } else if (m_failures++ == 0) {
            m_failingSince = sample.due;
        }
        m_answered = m_answered || sample.status != 0;
    }
    m_open = batch.open;
    QString cause;
    const State state = judge(series, limit, now, cause);
    return become(state, cause, state == State::Down ? m_failingSince : now);
}

bool TargetWatch::setPaused(bool paused, probe::Instant now)
{
    if (paused == (m_state == State::Paused))
        return false;
    return become(paused ? State::Paused : State::Unknown, {}, now);
}

bool TargetWatch::become(State state, const QString &cause, probe::Instant since)
{
    m_cause = cause;
    if (state == m_state)
        return false;
    m_state = state;
    m_since = since;
    return true;
}

State TargetWatch::judge(const probe::Series &series, std::optional<double> limit, probe::Instant now,
                         QString &cause) const
{
    if (!m_last)
        return State::Unknown;
    const bool lasting = m_failures >= failuresUntilDown && now - m_failingSince >= downAfter;
    if (lasting) {
        cause = causeOf(*m_last);
        return isRefusalOfAHealthyService(*m_last) ? State::Degraded : State::Down;
    }
    // Three intervals without an answer, and long enough to be seen.
    const auto patience = std::max<probe::Nanoseconds>(3 * m_target.interval, std::chrono::seconds(1));
    if (!m_open.isEmpty() && now - m_open.first() > patience) {
        cause = TargetWatchText::tr("no answer for %1").arg(formatSpan(secondsBetween(m_open.first(), now)));
        return State::Stale;
    }
    const auto recent = series.quantiles(now - window, now);
    if (limit && recent.p99 && probe::toMilliseconds(recent.p99->value) > *limit) {
        cause = TargetWatchText::tr("p99 over its limit");
        return State::Degraded;
    }
    if (recent.errorShare() > 0.01) {
        cause = m_failures > 0 ? causeOf(*m_last) : TargetWatchText::tr("errors in the last 10 s");
        return State::Degraded;
    }
    return State::Ok;
}

} // namespace openloop::gui
