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
    result.n = quantiles.n;
    result.measured = quantiles.measured;
    result.errors = quantiles.errors;
    result.skipped = quantiles.skipped;
    result.retried = quantiles.retried;
    result.last = lastOf(series, m_measurement->now());
    const double end = std::min(to, now());
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
    result.url = m_measurement->target(name)->url;
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
    figures.limit = limitOf(figures.name);
}

QString Session::causeOf(const QString &name) const
{
    const auto *state = watch(name);
    return state ? wordsFor(state->cause()) : QString();
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

Verdict Session::verdict() const
{
    Situation situation;
    for (const auto &target : targets()) {
        auto &one = situation.targets.emplace_back();
        one.name = target.name;
        putState(one);
        const auto now = m_measurement->now();
        const auto recent = series(target.name)->quantiles(now - probe::TargetWatch::window, now);
        one.p99 = toMilliseconds(recent.p99);
        one.n = recent.n;
        one.measured = recent.measured;
        one.errors = recent.errors;
    }
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
