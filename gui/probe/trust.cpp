// SPDX-License-Identifier: GPL-3.0-or-later
// See trust.h.
#include "gui/probe/trust.h"

#include "gui/probe/durations.h"

#include <QCoreApplication>

#include <algorithm>

namespace openloop::probe
{

namespace
{

constexpr qint64 enoughTicks = 20;

/// More than 1 % of them, and more than a hiccup.
bool tooMany(qint64 bad, qint64 all)
{
    return bad > std::max<qint64>(4, all / 100);
}

} // namespace

void TrustJudge::addControl(const Sample &sample)
{
    m_runControl.add(sample);
    // A control probe that fails or is skipped is as bad as a slow one.
    const auto value =
        sample.outcome == Outcome::Ok ? sample.response() : std::max(sample.response(), m_limits.control * 2);
    m_slowControls += value > m_limits.control;
    m_controls.push_back({sample.done, value});
    forget(sample.done);
}

void TrustJudge::addLag(Instant due, Nanoseconds lag)
{
    m_runLag.add(lag);
    m_lateTicks += lag > m_limits.lag;
    m_lags.push_back({due, lag});
}

void TrustJudge::forget(Instant now)
{
    for (auto *seen : {&m_controls, &m_lags}) {
        while (!seen->empty() && seen->front().at < now - m_limits.window)
            seen->pop_front();
    }
}

void TrustJudge::restart()
{
    *this = TrustJudge(m_limits);
}

Trust TrustJudge::judge(qint64 controls, qint64 slow, qint64 ticks, qint64 late) const
{
    Trust trust;
    if (tooMany(slow, controls) || tooMany(late, ticks)) {
        trust.level = TrustLevel::HostBusy;
        trust.reason = tooMany(slow, controls)
            ? QCoreApplication::translate("Trust",
                                          "this machine is busy: %1 of %2 control probes took more than %3")
                  .arg(slow)
                  .arg(controls)
                  .arg(formatDuration(m_limits.control))
            : QCoreApplication::translate("Trust",
                                          "this machine is busy: %1 of %2 ticks came more than %3 late")
                  .arg(late)
                  .arg(ticks)
                  .arg(formatDuration(m_limits.lag));
    } else if (ticks >= enoughTicks) {
        trust.level = TrustLevel::Trustworthy;
    }
    return trust;
}

Trust TrustJudge::verdict(Instant now) const
{
    const auto from = now - m_limits.window;
    Statistics control;
    qint64 slow = 0;
    for (const auto &seen : m_controls) {
        if (seen.at < from)
            continue;
        control.add(Outcome::Ok, seen.value);
        slow += seen.value > m_limits.control;
    }
    Statistics lag;
    qint64 late = 0;
    for (const auto &seen : m_lags) {
        if (seen.at < from)
            continue;
        lag.add(Outcome::Ok, seen.value);
        late += seen.value > m_limits.lag;
    }
    auto trust = judge(control.n(), slow, lag.n(), late);
    trust.control = control.quantiles();
    if (const auto p99 = lag.quantile(0.99))
        trust.lagP99 = p99->value;
    return trust;
}

Trust TrustJudge::verdictOfRun() const
{
    auto trust = judge(m_runControl.n(), m_slowControls, m_runLag.count(), m_lateTicks);
    trust.control = m_runControl.quantiles();
    trust.lagP99 = m_runLag.quantile(0.99);
    return trust;
}

} // namespace openloop::probe
