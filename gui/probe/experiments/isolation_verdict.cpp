// SPDX-License-Identifier: GPL-3.0-or-later
// What the collected answers prove, and how that is said. The rest of isolation.h.
#include "gui/probe/experiments/isolation.h"

#include "gui/probe/samples/words.h"

#include <algorithm>
#include <limits>
#include <utility>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

constexpr qint64 enoughAnswers = 50;
constexpr double newErrors = 0.01; // a share beyond that of the baseline

/// Responses in order of due time; a skipped tick counts as the longest of all.
std::vector<Nanoseconds> responsesOf(std::vector<Sample> samples)
{
    std::ranges::sort(samples, {}, &Sample::due);
    Nanoseconds longest{0};
    for (const auto &sample : samples)
        longest = std::max(longest, sample.response());
    std::vector<Nanoseconds> responses;
    for (const auto &sample : samples)
        responses.push_back(sample.outcome == Outcome::Skipped ? longest : sample.response());
    return responses;
}

QString p99Text(const Quantiles &quantiles)
{
    return quantiles.p99 ? quantiles.p99->text() : tr("no answer");
}

QString beforeAndUnderLoad(const TargetIsolation &target)
{
    const auto &before = target.before;
    const auto &during = target.during;
    if (before.hasP99() && during.hasP99())
        return tr("%1: p99 %2 before, %3 under load").arg(target.name, p99Text(before), p99Text(during));
    const auto labelled = [](const Quantiles &quantiles) {
        return quantiles.p99 ? quantiles.p99Label() + u' ' + p99Text(quantiles) : p99Text(quantiles);
    };
    return tr("%1: %2 before, %3 under load").arg(target.name, labelled(before), labelled(during));
}

} // namespace

Isolation IsolationTest::isolationOf(const TargetIsolation &target)
{
    const auto &during = target.during;
    if (!target.answeredBefore())
        return Isolation::Inconclusive;
    if (!target.ratio || !during.p99 || during.errorShare() > target.before.errorShare() + newErrors)
        return Isolation::Fail; // nothing with a latency came any more, or more errors than before
    if (!during.p99->atLeast && during.p99->value <= m_config.harmless)
        return Isolation::Pass;
    if (target.ratio->high <= m_config.maxRatio)
        return Isolation::Pass;
    const bool slower = target.ratio->low > m_config.maxRatio;
    if (!target.overControl || target.overControl->low > m_config.maxRatio)
        return slower ? Isolation::Fail : Isolation::Inconclusive;
    if (m_loadedTrust.verdictOfRun().processors.value_or(0) >= TrustLimits().processors) {
        m_verdict.doubt = tr("under load this whole machine is busy (the control probe took %1, too): measure from "
                             "another one")
                              .arg(p99Text(m_verdict.controlDuring));
        return Isolation::Inconclusive;
    }
    return target.overControl->high <= m_config.maxRatio ? Isolation::Pass : Isolation::Inconclusive;
}

TargetIsolation IsolationTest::judged(const QString &name, const Collected &collected)
{
    TargetIsolation result;
    result.name = name;
    result.before = collected.before.quantiles();
    result.during = collected.during.quantiles();
    result.after = collected.after.quantiles();
    const auto during = responsesOf(collected.duringSamples);
    result.ratio = p99Ratio(responsesOf(collected.beforeSamples), during);
    result.overControl = p99Ratio(responsesOf(m_controlSamples), during);
    result.isolation = isolationOf(result);
    result.sentence = beforeAndUnderLoad(result);
    if (result.ratio)
        result.sentence += tr(": %1 times").arg(result.ratio->text());
    if (result.ratio && result.ratio->high > m_config.maxRatio && result.overControl && result.during.p99
        && result.during.p99->value > m_config.harmless)
        result.sentence += tr(", and %1 times that of the control probe").arg(result.overControl->text());
    if (result.during.errorShare() > result.before.errorShare() + newErrors)
        result.sentence += tr(", %1 % errors under load").arg(result.during.errorShare() * 100, 0, 'g', 3);
    return result;
}

/// Every target that was asked often enough passes; a few answers of a slow ticker prove nothing either way.
bool IsolationTest::passed() const
{
    const auto often = [](const TargetIsolation &target) {
        return std::min(target.before.measured, target.during.measured) >= enoughAnswers;
    };
    const bool any = std::ranges::any_of(m_verdict.targets, often);
    return !m_verdict.targets.isEmpty() && std::ranges::all_of(m_verdict.targets, [&](const auto &target) {
        return target.isolation == Isolation::Pass || (any && !often(target));
    });
}

void IsolationTest::judge()
{
    m_verdict.controlBefore = m_controlBefore.quantiles();
    m_verdict.controlDuring = m_controlDuring.quantiles();
    for (const auto &name : std::as_const(m_names))
        m_verdict.targets.append(judged(name, m_collected[name]));
    const bool failed =
        std::ranges::any_of(m_verdict.targets, [](const auto &target) { return target.isolation == Isolation::Fail; });
    if (failed) // one that the machine can't explain is enough
        m_verdict.doubt.clear();
    if (const auto trust = m_baselineTrust.verdictOfRun(); trust.suspendsAlerts())
        m_verdict.doubt = trust.reason;
    m_verdict.load = m_load.last();
    if (m_verdict.load.isMostlyRefused())
        m_verdict.doubt = tr("%1 refused more than half of the load's requests").arg(m_config.load);
    else if (m_load.wasWanted() && !m_load.sawLoad())
        m_verdict.doubt = tr("%1 answered no request of the load").arg(m_config.load);
    m_verdict.trustworthy = m_verdict.doubt.isEmpty();
    if (const auto reason = whyNoVerdict(); !reason.isEmpty()) {
        m_verdict.isolation = Isolation::Inconclusive;
        m_verdict.headline = m_verdict.sentence = tr("No verdict: %1").arg(reason);
    } else {
        m_verdict.isolation = failed ? Isolation::Fail : passed() ? Isolation::Pass : Isolation::Inconclusive;
        phrase();
    }
    m_phase = IsolationPhase::Done;
}

QString IsolationTest::whyNoVerdict() const
{
    if (m_verdict.targets.isEmpty())
        return tr("%1 is the only target; a second one is needed that is to stay fast").arg(m_config.load);
    if (!m_verdict.trustworthy)
        return m_verdict.doubt;
    if (std::ranges::none_of(m_verdict.targets, &TargetIsolation::answeredBefore))
        return tr("%1 had no success before the load to compare with").arg(m_names.join(u", "_s));
    return {};
}

void IsolationTest::phrase()
{
    const auto affected = [](const TargetIsolation &target) { // who fails without a ratio answers nothing any more
        const bool failed = target.isolation == Isolation::Fail;
        const double unknown = failed ? std::numeric_limits<double>::infinity() : 0;
        return std::pair(failed, target.ratio ? target.ratio->value : unknown);
    };
    const auto worst = std::ranges::max_element(m_verdict.targets, {}, affected);
    if (worst == m_verdict.targets.end())
        return;
    const auto load = tr("%1 parallel %2").arg(m_config.n).arg(m_config.load);
    const auto verdict = m_verdict.isolation == Isolation::Pass ? tr("Isolated from %1.")
        : m_verdict.isolation == Isolation::Fail                ? tr("Not isolated from %1.")
                                                 : tr("Too few or too scattered answers for a verdict on %1.");
    m_verdict.headline = verdict.arg(load) + u' ' + tr("Most affected is %1").arg(worst->name);
    m_verdict.sentence = verdict.arg(load) + u' ' + tr("Most affected is %1").arg(worst->sentence);
}

} // namespace openloop::probe
