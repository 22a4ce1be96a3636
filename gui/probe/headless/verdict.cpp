// SPDX-License-Identifier: GPL-3.0-or-later
// Holds figures, asserts and rules against what was measured.
#include "gui/probe/headless/run.h"

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

AssertResult judged(const Assertion &assertion, const TargetResult &result, bool strict)
{
    constexpr double shareWorthALine = 0.01;
    AssertResult judged;
    judged.text = assertion.text;
    judged.target = assertion.target;
    judged.ok = assertion.condition.holds(result.quantiles, result.isolation);
    judged.value = assertion.condition.valueOf(result.quantiles, result.isolation);
    judged.isLatency = assertion.condition.isLatency();
    judged.isOfAnswers = assertion.condition.isOfAnswers();
    judged.valueText = assertion.condition.valueText(result.quantiles, result.isolation);
    if (const auto share = result.quantiles.hiddenShare(); judged.isLatency && share > shareWorthALine) {
        judged.warning = u"%1 % of the requests failed, which no latency shows"_s.arg(share * 100, 0, 'g', 3);
        if (strict && judged.ok) {
            judged.ok = false;
            judged.isOfAnswers = true;
        }
    }
    return judged;
}

AssertResult judged(const WatchedRule &rule, Nanoseconds duration)
{
    const auto &[watch, fired, doubt] = rule;
    const auto text =
        watch.rule().target.isEmpty() ? watch.target() + u": "_s + watch.rule().text() : watch.rule().text();
    // Broken to the end, in a run that gave it no time to fire.
    const bool isUndecided = !fired && watch.state() == RuleState::Pending && watch.rule().holdFor >= duration;
    const auto found = fired ? fired->value
        : isUndecided
        ? u"broken when the run ended, too early for it to fire: "_s + watch.rule().condition.valueText(watch.current())
        : watch.wasJudged() ? u"never fired"_s
        : doubt.isEmpty()
        ? u"not judged: no tick%1 in its window"_s.arg(
              watch.rule().condition.quantity == Quantity::Certificate ? u" with a certificate"_s : QString())
        : u"not judged: "_s + doubt;
    return {text,
            watch.target(),
            !fired && !isUndecided && watch.wasJudged(),
            {},
            false,
            fired && watch.rule().condition.isOfAnswers(),
            found,
            fired || isUndecided || watch.wasJudged() || doubt.isEmpty(),
            {}};
}

/// As LoadWitness sees it: requests that are under way for long are load, those that fail at once are none.
QString whyNotLoaded(const Measurement &measurement, const QList<NamedLoad> &loads)
{
    for (const auto &load : loads) {
        const auto *witness = measurement.loadWitness(load.name);
        if (!witness || !witness->wasWanted() || witness->sawLoad())
            continue;
        return witness->last().completed == 0 ? u"%1 answered no request of the load"_s.arg(load.name)
                                              : u"%1 failed half of the load's requests, or more"_s.arg(load.name);
    }
    return {};
}

/// Where no assert judges it.
AssertResult judgedIsolation(const IsolationConfig &config, const std::optional<IsolationVerdict> &isolation)
{
    return {u"isolated from %1=%2"_s.arg(config.load, QString::number(config.n)),
            config.load,
            isolation && isolation->isolation == Isolation::Pass,
            {},
            false,
            false,
            isolation ? isolationName(isolation->isolation) : u"interrupted"_s,
            true,
            {}};
}

} // namespace

RunReport reportOn(const Measurement &measurement, const HeadlessOptions &options,
                   const std::optional<IsolationVerdict> &isolation)
{
    RunReport report;
    report.trust = measurement.trust();
    report.origin = measurement.origin();
    report.started = measurement.wallClock().dateTime(report.origin);
    report.planned = options.isolation                 ? options.isolation->length()
        : options.alwaysOn.isEndless || options.search ? Nanoseconds(0) // that ends when it has found the limit
                                                       : options.duration;
    report.duration = measurement.now() - report.origin;
    report.standstills = measurement.standstills();
    report.clockSteps = measurement.clockSteps();
    report.loads = isolation ? QList<LoadState>{isolation->load} : measurement.loadStates();
    report.recording = options.record;
    report.isolation = isolation;
    report.notLoaded = whyNotLoaded(measurement, options.loads);
    for (const auto &target : options.targets) {
        const auto &watch = *measurement.watch(target.name);
        auto quantiles = measurement.series(target.name)->whole().quantiles();
        quantiles.addLost(measurement.lostTicks(target.name));
        quantiles.over = (report.planned > Nanoseconds(0) ? std::min(report.duration, report.planned) : report.duration)
            - report.standstills.total;
        quantiles.certificateLeft = measurement.series(target.name)->certificateLeft();
        TargetResult result{target, quantiles, watch.hasAnswered(), {}, watch.lastProblem(), 0, {}, {}, {}};
        for (const auto &address : measurement.addresses(target.name))
            result.addresses << QString::fromLatin1(address);
        if (watch.last()) {
            result.hops = watch.last()->hops;
            result.chain = watch.last()->chain;
            result.redirect = withoutPassword(printable(watch.last()->redirect));
        }
        const auto *isolated = isolation ? isolation->find(target.name) : nullptr;
        if (isolated && isolated->ratio)
            result.isolation = isolated->ratio->value;
        report.targets.append(result);
    }
    if (options.search) // the asserts were there to be broken
        return report;
    for (const auto &assertion : options.asserts) {
        const auto at = std::ranges::find(report.targets, assertion.target,
                                          [](const TargetResult &result) { return result.target.name; });
        report.asserts.append(judged(assertion, *at, options.strict));
    }
    for (const auto &rule : measurement.rules())
        report.asserts.append(judged(rule, report.duration));
    const bool judgedByAsserts = std::ranges::any_of(
        options.asserts, [](const Assertion &a) { return a.condition.quantity == Quantity::Isolation; });
    if (options.isolation && !judgedByAsserts)
        report.asserts.append(judgedIsolation(*options.isolation, isolation));
    return report;
}

RunReport HeadlessRun::report() const
{
    std::optional<IsolationVerdict> isolation;
    if (m_isolation && m_isolation->test().phase() == IsolationPhase::Done)
        isolation = m_isolation->test().verdict();
    auto report = reportOn(*m_measurement, m_options, isolation);
    report.duration = m_measured.value_or(std::chrono::steady_clock::now() - m_engine.origin());
    report.ending = m_ending;
    report.trust = m_engine.trustOfRun();
    report.unrecorded = m_unrecorded;
    if (m_search)
        addSearch(report);
    return report;
}

void HeadlessRun::addSearch(RunReport &report) const
{
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
                           false,
                           problem.isEmpty() ? u"kept"_s : problem,
                           true,
                           {}});
}

} // namespace openloop::probe
