// SPDX-License-Identifier: GPL-3.0-or-later
// What is said about what was measured: figures of a stretch of time and the verdict. The rest of session.h.
#include "gui/models/session.h"

#include "gui/models/words.h"
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
    const auto known = series.samples(now - probe::TargetWatch::window, now);
    const auto last = std::find_if(known.rbegin(), known.rend(), [&](const auto &sample) {
        return series.origin() + sample.due() + sample.response() <= now;
    });
    return last != known.rend() && probe::hasLatency(last->outcome())
        ? std::optional(probe::toMilliseconds(last->response()))
        : std::nullopt;
}

} // namespace

TargetFigures Session::figuresOf(const probe::Series &series, double from, double to) const
{
    TargetFigures result;
    const auto quantiles = series.quantiles(instantAt(from), instantAt(to));
    result.p50 = toMilliseconds(quantiles.p50);
    result.p95 = toMilliseconds(quantiles.p95);
    result.p99 = toMilliseconds(quantiles.p99);
    result.max = toMilliseconds(quantiles.max);
    for (const auto &one : {quantiles.p50, quantiles.p95, quantiles.p99, quantiles.max}) {
        if (one && one->atLeast && !result.moreFrom)
            result.moreFrom = probe::toMilliseconds(one->value);
    }
    result.n = quantiles.n;
    result.measured = quantiles.measured;
    result.errors = quantiles.errors;
    result.skipped = quantiles.skipped;
    result.retried = quantiles.retried;
    result.last = lastOf(series, m_measurement->now());
    const double end = std::min(to, now());
    constexpr double aBatch = 0.5; // s: the range is moved with the batches
    result.seconds = std::max(0.0, end - std::max(from, beginning()));
    result.untilNow = to >= now() - aBatch;
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
    putState(result);
    result.url = probe::withoutPassword(m_measurement->target(name)->url);
    result.isUnderLoad = loadedTarget() == name;
    if (const auto &left = history->certificateLeft())
        result.certificateDays = std::chrono::duration<double>(*left) / std::chrono::hours(24);
    return result;
}

/// What is said of a target beside its latencies.
void Session::putState(TargetFigures &figures) const
{
    const auto *state = watch(figures.name);
    figures.state = state->state();
    figures.cause = wordsFor(state->cause());
    figures.stateSeconds = std::max(0.0, now() - secondsAt(state->since()));
    const auto *target = m_measurement->target(figures.name);
    figures.advice = adviceOn(state->cause(), *target);
    figures.isMuted = !isReplay() && m_engine.isMuted(figures.name);
    const auto *watch = m_measurement->promiseOf(figures.name);
    if (!watch)
        return;
    const auto &rule = watch->rule();
    const auto quantiles = probe::quantilesFor(rule, m_measurement->now(), *series(figures.name), state->open());
    auto &promise = figures.promise.emplace();
    promise.limit = rule.condition.limit;
    promise.seconds = std::chrono::duration<double>(rule.over).count();
    promise.label = quantiles.p99Label();
    promise.value = toMilliseconds(quantiles.hasP99() ? quantiles.p99 : quantiles.max);
    promise.kept = !promise.value || rule.condition.holds(quantiles);
    if (watch->state() == probe::RuleState::Pending)
        promise.alarmAfter = std::chrono::duration<double>(rule.holdFor).count();
}

Absence Session::absence() const
{
    if (targets().isEmpty())
        return {tr("Nothing is measured."), tr("Enter the URL of a service, or open a recording."), false};
    const auto *first = watch(targets().first().name);
    auto cause = first->cause();
    // A single failure is not yet an outage, but here nothing else is known.
    if (cause.kind == probe::Cause::Kind::None && first->last() && probe::isError(first->last()->outcome))
        cause = {probe::Cause::Kind::Failure, first->last()->outcome, first->last()->status, {}};
    return absenceOf(cause, first->lastProblem(), targets().first());
}

TargetFigures Session::controlFigures(double from, double to) const
{
    TargetFigures result = figuresOf(controlSeries(), from, to);
    result.name = tr("control");
    result.url = tr("A responder inside this program: slow only if this computer is");
    result.isControl = true;
    result.state = trust().suspendsAlerts() ? State::Degraded : controlSeries().isEmpty() ? State::Unknown : State::Ok;
    result.cause = trust().reason;
    return result;
}

std::vector<Alarm> Session::alarms() const
{
    std::vector<Alarm> result;
    for (const auto &[watch, fired, doubt] : m_measurement->rules()) {
        if (watch.state() != probe::RuleState::Firing && watch.state() != probe::RuleState::Recovering)
            continue;
        const auto &condition = watch.rule().condition;
        result.push_back({watch.target(), withoutTarget(watch.rule().text(), watch.target()),
                          condition.valueText(watch.current()), condition.holds(watch.current())});
    }
    return result;
}

Verdict Session::verdict() const
{
    Situation situation;
    for (const auto &target : targets()) {
        TargetFigures one;
        one.name = target.name;
        putState(one);
        if (one.isMuted && targets().size() > 1)
            continue; // what was seen of it last is no news
        const auto now = m_measurement->now();
        one.seconds = std::chrono::duration<double>(probe::TargetWatch::window).count();
        const auto recent = series(target.name)->quantiles(now - probe::TargetWatch::window, now);
        one.n = recent.n;
        one.measured = recent.measured;
        one.errors = recent.errors;
        situation.targets.push_back(one);
    }
    situation.alarms = alarms();
    situation.trustworthy = !trust().suspendsAlerts();
    situation.doubt = trust().reason;
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
