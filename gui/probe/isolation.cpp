// SPDX-License-Identifier: GPL-3.0-or-later
// See isolation.h.
#include "gui/probe/isolation.h"

#include "gui/probe/durations.h"

#include <QCoreApplication>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe
{

namespace
{

constexpr qint64 enoughAnswers = 50;
constexpr double newErrors = 0.01; // a share beyond that of the baseline

QString tr(const char *text)
{
    return QCoreApplication::translate("Isolation", text);
}

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

} // namespace

QString phaseName(IsolationPhase phase)
{
    switch (phase) {
    case IsolationPhase::Idle:
        return tr("idle");
    case IsolationPhase::Baseline:
        return tr("baseline");
    case IsolationPhase::Loaded:
        return tr("under load");
    case IsolationPhase::Recovery:
        return tr("recovery");
    case IsolationPhase::Draining:
        return tr("last answers");
    case IsolationPhase::Done:
        return tr("done");
    case IsolationPhase::Aborted:
        return tr("aborted");
    }
    return {};
}

QString isolationName(Isolation isolation)
{
    switch (isolation) {
    case Isolation::Pass:
        return tr("pass");
    case Isolation::Fail:
        return tr("fail");
    case Isolation::Inconclusive:
        return tr("inconclusive");
    }
    return {};
}

const TargetIsolation *IsolationVerdict::find(const QString &name) const
{
    const auto at = std::ranges::find(targets, name, &TargetIsolation::name);
    return at == targets.end() ? nullptr : &*at;
}

void IsolationTest::start(Instant now, const QList<Target> &targets)
{
    m_phase = IsolationPhase::Baseline;
    m_verdict = {};
    m_verdict.config = m_config;
    m_verdict.baselineFrom = now;
    m_verdict.loadedFrom = m_verdict.recoveryFrom = m_verdict.until = Instant::max();
    m_names.clear();
    m_collected.clear();
    m_baselineTrust.restart();
    m_loadedTrust.restart();
    m_controlBefore = m_controlDuring = Statistics();
    m_controlSamples.clear();
    m_longestTimeout = {};
    for (const auto &target : targets) {
        if (target.name == m_config.load)
            continue;
        m_names.append(target.name);
        m_collected[target.name];
        m_longestTimeout = std::max(m_longestTimeout, target.timeout);
    }
}

void IsolationTest::abort()
{
    if (m_phase != IsolationPhase::Done)
        m_phase = IsolationPhase::Aborted;
}

double IsolationTest::progress(Instant now) const
{
    switch (m_phase) {
    case IsolationPhase::Idle:
        return 0;
    case IsolationPhase::Baseline:
    case IsolationPhase::Loaded:
    case IsolationPhase::Recovery:
        return std::clamp(std::chrono::duration<double>(now - m_verdict.baselineFrom)
                              / std::chrono::duration<double>(m_config.length()),
                          0.0, 1.0);
    default:
        return 1;
    }
}

void IsolationTest::add(const Batch &batch)
{
    if (m_phase == IsolationPhase::Idle || m_phase == IsolationPhase::Done
        || m_phase == IsolationPhase::Aborted)
        return;
    collectControl(batch);
    for (const auto &target : batch.targets) {
        const auto at = m_collected.find(target.name);
        if (at == m_collected.end())
            continue;
        for (const auto &sample : target.samples)
            collect(*at, sample);
    }
    for (const auto &load : batch.loads) {
        if (load.name == m_config.load && load.wanted > 0)
            m_verdict.load = load;
    }
    advance(batch.until);
    if (m_phase != IsolationPhase::Draining)
        return;
    const bool open = std::ranges::any_of(batch.targets, [this](const TargetBatch &target) {
        return m_collected.contains(target.name) && !target.open.isEmpty()
            && target.open.first() < m_verdict.until;
    });
    if (!open || batch.until >= m_verdict.until + m_longestTimeout + std::chrono::seconds(1))
        judge();
}

void IsolationTest::collectControl(const Batch &batch)
{
    const bool loaded = m_phase == IsolationPhase::Loaded;
    if (!loaded && m_phase != IsolationPhase::Baseline)
        return;
    auto &trust = loaded ? m_loadedTrust : m_baselineTrust;
    for (const auto &sample : batch.control) {
        (loaded ? m_controlDuring : m_controlBefore).add(sample);
        trust.addControl(sample);
        if (loaded && hasLatency(sample.outcome))
            m_controlSamples.push_back(sample);
    }
    for (const auto lag : batch.lags)
        trust.addLag(batch.until, lag);
    if (batch.processors)
        trust.addProcessors(batch.until, *batch.processors);
}

void IsolationTest::advance(Instant now)
{
    if (m_phase == IsolationPhase::Baseline && now >= m_verdict.baselineFrom + m_config.baseline) {
        m_verdict.loadedFrom = now;
        m_phase = IsolationPhase::Loaded;
    } else if (m_phase == IsolationPhase::Loaded && now >= m_verdict.loadedFrom + m_config.loaded) {
        m_verdict.recoveryFrom = now;
        m_phase = IsolationPhase::Recovery;
    } else if (m_phase == IsolationPhase::Recovery && now >= m_verdict.recoveryFrom + m_config.recovery) {
        m_verdict.until = now;
        m_phase = IsolationPhase::Draining;
    }
}

void IsolationTest::collect(Collected &collected, const Sample &sample) const
{
    const auto within = [&](Instant from, Instant until) {
        return from != Instant::max() && sample.due >= from + m_config.settle && sample.due < until;
    };
    if (within(m_verdict.baselineFrom, m_verdict.loadedFrom)) {
        collected.before.add(sample);
        if (hasLatency(sample.outcome))
            collected.beforeSamples.push_back(sample);
    } else if (within(m_verdict.loadedFrom, m_verdict.recoveryFrom)) {
        collected.during.add(sample);
        if (hasLatency(sample.outcome))
            collected.duringSamples.push_back(sample);
    } else if (within(m_verdict.recoveryFrom, m_verdict.until)) {
        collected.after.add(sample);
    }
}

Isolation IsolationTest::isolationOf(const TargetIsolation &target)
{
    const auto &during = target.during;
    if (target.before.measured == 0)
        return Isolation::Inconclusive;
    if (during.measured == 0 || during.errorShare() > target.before.errorShare() + newErrors)
        return Isolation::Fail;
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
    result.sentence =
        tr("%1: p99 %2 before, %3 under load").arg(name, p99Text(result.before), p99Text(result.during));
    if (result.ratio)
        result.sentence += tr(": %1 times").arg(result.ratio->text());
    if (result.overControl && result.ratio->high > m_config.maxRatio && result.during.p99->value > m_config.harmless)
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
    const bool failed = std::ranges::any_of(
        m_verdict.targets, [](const auto &target) { return target.isolation == Isolation::Fail; });
    if (failed) // one that the machine can't explain is enough
        m_verdict.doubt.clear();
    if (const auto trust = m_baselineTrust.verdictOfRun(); trust.suspendsAlerts())
        m_verdict.doubt = trust.reason;
    m_verdict.trustworthy = m_verdict.doubt.isEmpty();
    const auto &load = m_verdict.load;
    const bool loaded = load.inFlight > 0 || load.completed > load.failed;
    if (!m_verdict.trustworthy || !loaded)
        m_verdict.isolation = Isolation::Inconclusive;
    else
        m_verdict.isolation = failed ? Isolation::Fail : passed() ? Isolation::Pass : Isolation::Inconclusive;
    if (!m_verdict.trustworthy)
        m_verdict.headline = m_verdict.sentence = tr("No verdict: %1").arg(m_verdict.doubt);
    else if (!loaded)
        m_verdict.headline = m_verdict.sentence =
            tr("No verdict: %1 answered no request of the load").arg(m_config.load);
    else
        phrase();
    m_phase = IsolationPhase::Done;
}

void IsolationTest::phrase()
{
    const TargetIsolation *worst = nullptr;
    for (const auto &target : m_verdict.targets) {
        if (!worst || (target.ratio && (!worst->ratio || target.ratio->value > worst->ratio->value)))
            worst = &target;
    }
    const auto load = tr("%1 parallel %2").arg(m_config.n).arg(m_config.load);
    const auto verdict = m_verdict.isolation == Isolation::Pass ? tr("Isolated from %1.")
        : m_verdict.isolation == Isolation::Fail
        ? tr("Not isolated from %1.")
        : tr("Too few or too scattered answers for a verdict on %1.");
    m_verdict.headline = verdict.arg(load) + u' ' + tr("Most affected is %1").arg(worst->name);
    m_verdict.sentence = verdict.arg(load) + u' ' + tr("Most affected is %1").arg(worst->sentence);
}

} // namespace openloop::probe
