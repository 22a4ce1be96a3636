// SPDX-License-Identifier: GPL-3.0-or-later
// What a run proved: figures, asserts and rules. The rest of headless_run.h.
#include "gui/probe/headless/run.h"

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

AssertResult HeadlessRun::judged(const Assertion &assertion, const TargetResult &result) const
{
    AssertResult judged;
    judged.text = assertion.text;
    judged.target = assertion.target;
    judged.ok = assertion.condition.holds(result.quantiles, result.isolation);
    judged.value = assertion.condition.valueOf(result.quantiles, result.isolation);
    judged.isLatency = assertion.condition.isLatency();
    judged.valueText = assertion.condition.valueText(result.quantiles, result.isolation);
    return judged;
}

QList<AssertResult> HeadlessRun::judgedRules() const
{
    QList<AssertResult> results;
    for (const auto &[watch, fired, doubt] : m_rules) {
        const auto text =
            watch.rule().target.isEmpty() ? watch.target() + u": "_s + watch.rule().text() : watch.rule().text();
        const auto found = fired ? fired->value
            : watch.wasJudged()  ? u"never fired"_s
            : doubt.isEmpty()    ? u"not judged: no tick in its window"_s
                                 : u"not judged: "_s + doubt;
        results.append({text, watch.target(), !fired && watch.wasJudged(), {}, false, found});
    }
    return results;
}

RunReport HeadlessRun::report() const
{
    RunReport report;
    report.duration = m_measured;
    report.trust = m_engine.trustOfRun();
    report.loads = m_loads;
    report.recording = m_options.record;
    report.unrecorded = m_unrecorded;
    if (m_isolation && m_isolation->test().phase() == IsolationPhase::Done)
        report.isolation = m_isolation->test().verdict();
    if (report.isolation)
        report.loads = {report.isolation->load};
    for (const auto &target : m_options.targets) {
        const auto &watched = m_watched.at(target.name);
        TargetResult result{target, watched.statistics.quantiles(), watched.answered, {}, watched.lastProblem};
        const auto *isolation = report.isolation ? report.isolation->find(target.name) : nullptr;
        if (isolation && isolation->ratio)
            result.isolation = isolation->ratio->value;
        report.targets.append(result);
    }
    if (m_search) {
        const auto &search = m_search->search();
        report.search = search.steps();
        report.lowestBroken = search.lowestBroken();
        if (search.highestKept() >= 0)
            report.highestKept = search.highestKept();
        if (!m_search->wasLoaded())
            report.unloaded = u"%1 answered no request of the load"_s.arg(m_options.search->load);
        // The asserts were there to be broken, but not at once.
        const auto problem = report.search.isEmpty() ? u"interrupted"_s
            : report.lowestBroken == 0               ? u"broken"_s
                                                     : report.unloaded;
        report.asserts.append({u"the asserts hold without load"_s,
                               m_options.search->load,
                               problem.isEmpty(),
                               {},
                               false,
                               problem.isEmpty() ? u"kept"_s : problem});
        return report;
    }
    for (const auto &assertion : m_options.asserts) {
        const auto at = std::ranges::find(report.targets, assertion.target,
                                          [](const TargetResult &result) { return result.target.name; });
        report.asserts.append(judged(assertion, *at));
    }
    report.asserts += judgedRules();
    if (m_isolation) {
        const bool passed = report.isolation && report.isolation->isolation == Isolation::Pass;
        const bool judgedByAsserts = std::ranges::any_of(
            m_options.asserts, [](const Assertion &a) { return a.condition.quantity == Quantity::Isolation; });
        if (!judgedByAsserts)
            report.asserts.append({u"isolated from %1=%2"_s.arg(m_options.isolation->load).arg(m_options.isolation->n),
                                   m_options.isolation->load,
                                   passed,
                                   {},
                                   false,
                                   report.isolation ? isolationName(report.isolation->isolation) : u"interrupted"_s});
    }
    return report;
}

} // namespace openloop::probe
