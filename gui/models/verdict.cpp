// SPDX-License-Identifier: GPL-3.0-or-later
// Asks the questions in their order: down, doubtful, slow, silent, good.
#include "gui/models/verdict.h"

#include "gui/models/format.h"

#include <QCoreApplication>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

struct VerdictText {
    Q_DECLARE_TR_FUNCTIONS(VerdictText)
};

QString whileLoaded(const Situation &now)
{
    if (now.loadedTarget.isEmpty())
        return {};
    return VerdictText::tr(" while %1 /%2 run").arg(now.loadSize).arg(now.loadedTarget);
}

QString called(const TargetFigures &target)
{
    return u'/' + target.name;
}

const TargetFigures *firstIn(const Situation &now, State state)
{
    const auto found = std::ranges::find(now.targets, state, &TargetFigures::state);
    return found == now.targets.end() ? nullptr : &*found;
}

Verdict down(const Situation &now, const TargetFigures &target)
{
    const auto others = std::ranges::count(now.targets, State::Down, &TargetFigures::state) - 1;
    auto what = u"%1: %2. %3"_s.arg(called(target), target.cause, target.advice).trimmed();
    if (others > 0)
        what += u' ' + VerdictText::tr("%n more target(s) are down.", nullptr, static_cast<int>(others));
    return {State::Down, VerdictText::tr("DOWN %1").arg(formatSpan(target.stateSeconds)), what};
}

Verdict slow(const Situation &now, const TargetFigures &target)
{
    const auto &promise = target.promise;
    if (!promise || promise->kept || !promise->value) {
        const auto what =
            VerdictText::tr("%1: %2 of requests in the last %3 fail (%4)")
                .arg(called(target), formatShare(target.errorShare()), formatSpan(target.seconds), target.cause);
        return {State::Degraded, VerdictText::tr("FAILING"),
                u"%1%2. %3"_s.arg(what, whileLoaded(now), target.advice).trimmed()};
    }
    auto what = VerdictText::tr("%1 takes %2 (%3 in the last %4), more than the %5 it may")
                    .arg(called(target), formatDuration(*promise->value), promise->label, formatSpan(promise->seconds),
                         formatLimit(promise->limit))
        + whileLoaded(now);
    if (promise->alarmAfter)
        what += VerdictText::tr("; an alarm if that lasts %1").arg(formatSpan(*promise->alarmAfter));
    const bool blocked = !now.loadedTarget.isEmpty() && target.name == now.targets.front().name;
    return {State::Degraded, blocked ? VerdictText::tr("BLOCKED") : VerdictText::tr("SLOW"), what};
}

/// A rule that has raised an alarm, though its target's state is good: another rule than that on its p99, or one that
/// holds again and waits whether that lasts.
Verdict alarming(const Alarm &alarm)
{
    const auto target = u'/' + alarm.target;
    return {State::Degraded, VerdictText::tr("ALARM"),
            alarm.holdsAgain ? VerdictText::tr("%1: %2 holds again (%3); the alarm ends once that lasts")
                                   .arg(target, alarm.rule, alarm.value)
                             : VerdictText::tr("%1: %2 is broken (%3)").arg(target, alarm.rule, alarm.value)};
}

Verdict good(const Situation &now)
{
    const auto &first = now.targets.front();
    const auto &promise = first.promise;
    auto what = (promise ? VerdictText::tr("%1 stays under %2").arg(called(first), formatLimit(promise->limit))
                         : VerdictText::tr("%1 answers").arg(called(first)))
        + whileLoaded(now);
    if (promise && promise->value)
        what += VerdictText::tr(": %1 %2 in the last %3")
                    .arg(promise->label, formatDuration(*promise->value), formatSpan(promise->seconds));
    return {State::Ok, VerdictText::tr("ALL GOOD"), what};
}

} // namespace

Verdict verdictOn(const Situation &now)
{
    if (now.targets.empty())
        return {State::Unknown, VerdictText::tr("NO TARGETS"), VerdictText::tr("Add a URL to measure")};
    if (const auto *target = firstIn(now, State::Down))
        return down(now, *target);
    if (!now.trustworthy)
        return {State::Degraded, VerdictText::tr("NOT SURE"), now.doubt};
    if (now.targets.front().state == State::Degraded)
        return slow(now, now.targets.front());
    // A target under load may refuse or be slow: that is what the load is for.
    const auto slowOne = std::ranges::find_if(
        now.targets, [&now](const auto &one) { return one.state == State::Degraded && one.name != now.loadedTarget; });
    if (slowOne != now.targets.end())
        return slow(now, *slowOne);
    const auto alarm =
        std::ranges::find_if(now.alarms, [&now](const auto &one) { return one.target != now.loadedTarget; });
    if (alarm != now.alarms.end())
        return alarming(*alarm);
    if (const auto *target = firstIn(now, State::Stale); target && target->name != now.loadedTarget)
        return {State::Stale, VerdictText::tr("NO DATA"),
                u"%1: %2"_s.arg(called(*target), target->cause) + whileLoaded(now)};
    if (now.targets.front().state == State::Unknown)
        return {State::Unknown, VerdictText::tr("WAITING"),
                VerdictText::tr("for the first answer of %1").arg(called(now.targets.front()))};
    return good(now);
}

} // namespace openloop::gui
