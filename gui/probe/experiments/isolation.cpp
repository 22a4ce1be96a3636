// SPDX-License-Identifier: GPL-3.0-or-later
// The phases of the experiment, and which sample counts for which.
#include "gui/probe/experiments/isolation.h"

#include "gui/probe/samples/words.h"

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

} // namespace

QString phaseName(IsolationPhase phase)
{
    switch (phase) {
    case IsolationPhase::Idle: return tr("idle");
    case IsolationPhase::Baseline: return tr("baseline");
    case IsolationPhase::Loaded: return tr("under load");
    case IsolationPhase::Recovery: return tr("recovery");
    case IsolationPhase::Draining: return tr("last answers");
    case IsolationPhase::Done: return tr("done");
    case IsolationPhase::Aborted: return tr("aborted");
    }
    return {};
}

QString isolationName(Isolation isolation)
{
    switch (isolation) {
    case Isolation::Pass: return tr("pass");
    case Isolation::Fail: return tr("fail");
    case Isolation::Inconclusive: return tr("inconclusive");
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
    m_load = {};
    m_controlSamples.clear();
    m_longestTimeout = {};
    for (const auto &target : targets) {
        if (target.name == m_config.load)
            continue;
        m_names.append(target.name);
        m_collected[target.name];
        m_longestTimeout = std::max(m_longestTimeout, target.timeout);
    }
    if (m_names.isEmpty())
        judge();
}

void IsolationTest::abort()
{
    if (m_phase != IsolationPhase::Done)
        m_phase = IsolationPhase::Aborted;
}

double IsolationTest::progress(Instant now) const
{
    switch (m_phase) {
    case IsolationPhase::Idle: return 0;
    case IsolationPhase::Baseline:
    case IsolationPhase::Loaded:
    case IsolationPhase::Recovery:
        return std::clamp(std::chrono::duration<double>(now - m_verdict.baselineFrom)
                              / std::chrono::duration<double>(m_config.length()),
                          0.0, 1.0);
    default: return 1;
    }
}

void IsolationTest::add(const Batch &batch)
{
    if (m_phase == IsolationPhase::Idle || m_phase == IsolationPhase::Done || m_phase == IsolationPhase::Aborted)
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
        if (load.name == m_config.load)
            m_load.add(load);
    }
    advance(batch.until);
    if (m_phase != IsolationPhase::Draining)
        return;
    const bool open = std::ranges::any_of(batch.targets, [this](const TargetBatch &target) {
        return m_collected.contains(target.name) && !target.open.isEmpty() && target.open.first() < m_verdict.until;
    });
    if (!open || batch.until >= m_verdict.until + m_longestTimeout + std::chrono::seconds(1))
        judge();
}

void IsolationTest::collectControl(const Batch &batch)
{
    const bool loaded = m_phase == IsolationPhase::Loaded;
    if (!loaded && m_phase != IsolationPhase::Baseline)
        return;
    batch.addTo(loaded ? m_loadedTrust : m_baselineTrust);
    for (const auto &sample : batch.control) {
        (loaded ? m_controlDuring : m_controlBefore).add(sample);
        if (loaded && hasLatency(sample.outcome))
            m_controlSamples.push_back(sample);
    }
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

} // namespace openloop::probe
