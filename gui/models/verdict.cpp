// SPDX-License-Identifier: GPL-3.0-or-later
// Asks the questions in their order: down, doubtful, slow, silent, good.
#include "gui/models/verdict.h"

#include "gui/models/format.h"

#include <QCoreApplication>

#include <algorithm>

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

Verdict down(const TargetFigures &target)
{
    return {State::Down, VerdictText::tr("DOWN %1").arg(formatSpan(target.stateSeconds)),
            VerdictText::tr("%1: %2. Is the service running?").arg(called(target), target.cause)};
}

Verdict slow(const Situation &now, const TargetFigures &target)
{
    const bool overLimit = target.limit && target.p99 && *target.p99 > *target.limit;
    const QString what = overLimit ? VerdictText::tr("%1 takes %2 (p99), more than the %3 it may")
                                         .arg(called(target), formatDuration(*target.p99), formatLimit(*target.limit))
                                   : VerdictText::tr("%1: %2 of requests fail (%3)")
                                         .arg(called(target), formatShare(target.errorShare()), target.cause);
    const bool blocked = overLimit && !now.loadedTarget.isEmpty() && target.name == now.targets.front().name;
    return {State::Degraded, blocked ? VerdictText::tr("BLOCKED") : VerdictText::tr("SLOW"), what + whileLoaded(now)};
}

Verdict good(const Situation &now)
{
    const auto &first = now.targets.front();
    const QString what = first.limit
        ? VerdictText::tr("%1 stays under %2").arg(called(first), formatLimit(*first.limit))
        : VerdictText::tr("%1 answers").arg(called(first));
    return {State::Ok, VerdictText::tr("ALL GOOD"), what + whileLoaded(now)};
}

} // namespace

Verdict verdictOn(const Situation &now)
{
    if (now.targets.empty())
        return {State::Unknown, VerdictText::tr("NO TARGETS"), VerdictText::tr("Add a URL to measure")};
    if (const auto *target = firstIn(now, State::Down))
        return down(*target);
    if (!now.trustworthy)
        return {State::Degraded, VerdictText::tr("NOT SURE"), now.doubt};
    if (now.targets.front().state == State::Degraded)
        return slow(now, now.targets.front());
    // A target under load may refuse or be slow: that is what the load is for.
    const auto slowOne = std::ranges::find_if(
        now.targets, [&now](const auto &one) { return one.state == State::Degraded && one.name != now.loadedTarget; });
    if (slowOne != now.targets.end())
        return slow(now, *slowOne);
    if (const auto *target = firstIn(now, State::Stale); target && target->name != now.loadedTarget)
        return {State::Stale, VerdictText::tr("NO DATA"),
                VerdictText::tr("%1 has not answered yet").arg(called(*target)) + whileLoaded(now)};
    if (now.targets.front().state == State::Unknown)
        return {State::Unknown, VerdictText::tr("WAITING"),
                VerdictText::tr("for the first answer of %1").arg(called(now.targets.front()))};
    return good(now);
}

} // namespace openloop::gui
