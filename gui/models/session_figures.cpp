// SPDX-License-Identifier: GPL-3.0-or-later
// What is said about what was measured: figures of a stretch of time and the verdict. The rest of session.h.
#include "gui/models/session.h"
#include "gui/probe/samples/durations.h"

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

constexpr int sparklineColumns = 48;
constexpr double sparklineSeconds = 60;

std::optional<double> toMilliseconds(const std::optional<probe::Quantile> &quantile)
{
    return quantile ? std::optional(probe::toMilliseconds(quantile->value)) : std::nullopt;
}

/// Of what is the last to have been answered by `now`; in a recording `now` is not its end.
std::optional<double> lastOf(const probe::Series &series, probe::Instant now)
{
    if (const auto &last = series.last())
        return probe::hasLatency(last->outcome) ? std::optional(probe::toMilliseconds(last->response())) : std::nullopt;
    const auto known = series.samples(now - TargetWatch::window, now);
    const auto last = std::find_if(known.rbegin(), known.rend(), [&](const auto &sample) {
        return series.origin() + sample.due() + sample.response() <= now;
    });
    return last != known.rend() && probe::hasLatency(last->outcome())
        ? std::optional(probe::toMilliseconds(last->response()))
        : std::nullopt;
}

} // namespace

std::optional<double> Session::limitOf(const QString &name) const
{
    for (const auto &watch : m_ruleWatches) {
        if (watch.target() == name && watch.rule().condition.quantity == probe::Quantity::P99)
            return watch.rule().condition.limit;
    }
    return {};
}

TargetFigures Session::figuresOf(const probe::Series &series, double from, double to) const
{
    TargetFigures result;
    const auto quantiles = series.quantiles(instantAt(from), instantAt(to));
    result.p50 = toMilliseconds(quantiles.p50);
    result.p95 = toMilliseconds(quantiles.p95);
    result.p99 = toMilliseconds(quantiles.p99);
    result.max = toMilliseconds(quantiles.max);
    result.n = quantiles.n;
    result.measured = quantiles.measured;
    result.errors = quantiles.errors;
    result.skipped = quantiles.skipped;
    result.last = lastOf(series, instantAt(m_now));
    const double end = std::min(to, m_now);
    for (const auto &column : series.columns(instantAt(end - sparklineSeconds), instantAt(end), sparklineColumns))
        result.sparkline.push_back(column.quantiles.p50 ? probe::toMilliseconds(column.quantiles.p50->value) : -1);
    return result;
}

TargetFigures Session::figures(const QString &name, double from, double to) const
{
    const auto *history = series(name);
    if (!history)
        return {};
    TargetFigures result = figuresOf(*history, from, to);
    result.name = name;
    if (const auto *state = watch(name)) {
        result.state = state->state();
        result.cause = state->cause();
        result.stateSeconds = std::max(0.0, m_now - secondsAt(state->since()));
    }
    const auto target = std::ranges::find(targets(), name, &probe::Target::name);
    if (target != targets().end())
        result.url = target->url;
    result.limit = limitOf(name);
    result.isUnderLoad = loadedTarget() == name;
    return result;
}

TargetFigures Session::controlFigures(double from, double to) const
{
    TargetFigures result = figuresOf(m_control, from, to);
    result.name = tr("control");
    result.url = tr("A responder inside this program: slow only if this computer is");
    result.isControl = true;
    result.state = m_trust.level == probe::TrustLevel::HostBusy ? State::Degraded
        : m_control.isEmpty()                                   ? State::Unknown
                                                                : State::Ok;
    result.cause = m_trust.reason;
    return result;
}

Verdict Session::verdict() const
{
    Situation situation;
    for (const auto &target : targets()) {
        auto &one = situation.targets.emplace_back();
        one.name = target.name;
        one.limit = limitOf(target.name);
        const auto *state = watch(target.name);
        one.state = state->state();
        one.cause = state->cause();
        one.stateSeconds = std::max(0.0, m_now - secondsAt(state->since()));
        const auto now = instantAt(m_now);
        const auto recent = series(target.name)->quantiles(now - TargetWatch::window, now);
        one.p99 = toMilliseconds(recent.p99);
        one.n = recent.n;
        one.measured = recent.measured;
        one.errors = recent.errors;
    }
    situation.trustworthy = m_trust.level != probe::TrustLevel::HostBusy;
    situation.doubt = m_trust.reason;
    situation.loadedTarget = loadedTarget();
    situation.loadSize = loadSize();
    auto verdict = verdictOn(situation);
    if (isReplay()) {
        verdict.sentence = u"%1: %2"_s.arg(verdict.word, verdict.sentence);
        verdict.word = tr("RECORDING");
    }
    return verdict;
}

} // namespace openloop::gui
