// SPDX-License-Identifier: GPL-3.0-or-later
// What is wrong with a run and which code that is, and the table for people.
#include "gui/probe/headless/report.h"

#include "gui/probe/measurement/event.h"
#include "gui/probe/samples/durations.h"

#include <algorithm>
#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

constexpr double shareInDoubt = 0.01, shareThatCutsShort = 0.1;
constexpr qsizetype gapsInTable = 5;

/// As it was asked for: "2 s of 20 s", not "2.00 s of 20.0 s".
QString brief(Nanoseconds duration)
{
    const auto seconds = std::chrono::duration<double>(duration).count();
    if (seconds < 1)
        return QString::number(std::llround(seconds * 1e3)) + u" ms"_s;
    if (seconds >= 60)
        return duration % std::chrono::minutes(1) == Nanoseconds(0) && duration < std::chrono::hours(1)
            ? QString::number(std::llround(seconds / 60)) + u" min"_s
            : formatDuration(duration);
    return QString::number(std::round(seconds * 10) / 10) + u" s"_s;
}

QStringList gapRemarks(const RunReport &report)
{
    QStringList remarks;
    const auto &[gaps, count, total] = report.standstills;
    for (const auto &gap : gaps.first(std::min(gapsInTable, gaps.size())))
        remarks << u"gap: %1 for %2, %3 after the start"_s.arg(gapName(gap.reason), brief(gap.length()),
                                                               brief(gap.from - report.origin));
    if (count > gapsInTable)
        remarks << u"gap: %1 more; together %2"_s.arg(count - gapsInTable).arg(brief(total));
    return remarks;
}

QString textOf(const std::optional<Quantile> &quantile)
{
    return quantile ? quantile->text() : u"-"_s;
}

QString row(const QStringList &cells)
{
    QString line = cells.first().leftJustified(22);
    for (const auto &cell : cells.sliced(1))
        line += cell.rightJustified(11);
    return line + u'\n';
}

QString searchSentence(const RunReport &report)
{
    if (!report.unloaded.isEmpty())
        return u"no limit found: "_s + report.unloaded;
    if (report.lowestBroken == 0)
        return u"the asserts are broken already without load"_s;
    return report.lowestBroken ? u"the asserts break at a load of %1"_s.arg(*report.lowestBroken)
                               : u"the asserts keep up to a load of %1"_s.arg(report.highestKept.value_or(0));
}

QStringList cellsOf(const QString &name, const Quantiles &q)
{
    return {name,          QString::number(q.n), QString::number(q.errors),           QString::number(q.skipped),
            textOf(q.p50), textOf(q.p95),        q.hasP99() ? textOf(q.p99) : u"-"_s, textOf(q.max)};
}

QStringList remarksOn(const TargetResult &result)
{
    QStringList remarks;
    const auto &[retried, left] = std::pair(result.quantiles.retried, result.quantiles.certificateLeft);
    const auto add = [&](const QString &text) { remarks << u"%1: %2"_s.arg(result.target.name, text); };
    if (result.hops == 0 && !result.redirect.isEmpty())
        add(u"redirects to %1, which is not followed"_s.arg(result.redirect));
    if (result.hops > 0)
        add(u"%1 redirects, to %2"_s.arg(result.hops).arg(result.redirect));
    for (const auto &[url, status, phases] : result.chain)
        add(u"%1 %2: DNS %3, TCP %4, TLS %5, first byte %6, body %7"_s.arg(status).arg(
            withoutPassword(printable(url)), formatDuration(phases.dns), formatDuration(phases.tcp),
            formatDuration(phases.tls), formatDuration(phases.firstByte), formatDuration(phases.body)));
    if (retried > 0)
        add(u"%1 retried: the service closed a kept connection as the request left"_s.arg(retried));
    if (left)
        add(*left < Nanoseconds(0) ? u"the certificate has ended"_s
                                   : u"the certificate ends in %1 days"_s.arg(*left / std::chrono::hours(24)));
    if (result.addresses.size() > 1)
        add(u"moved from "_s + result.addresses.join(u" to "_s));
    return remarks;
}

} // namespace

bool RunReport::anythingAnswered() const
{
    return std::ranges::any_of(targets, &TargetResult::answered);
}

QStringList RunReport::remarks() const
{
    QStringList remarks;
    for (const auto &result : targets)
        remarks << remarksOn(result);
    for (const auto &step : clockSteps)
        remarks << u"%1, %2 after the start"_s.arg(plainWords(step), brief(step.at - origin));
    return remarks << gapRemarks(*this);
}

double RunReport::lostShare() const
{
    const auto whole = planned > Nanoseconds(0) ? planned : duration;
    double share = whole > Nanoseconds(0) ? std::chrono::duration<double>(standstills.total) / whole : 0;
    for (const auto &result : targets) {
        if (result.quantiles.lost > 0)
            share = std::max(share, double(result.quantiles.lost) / double(result.quantiles.n));
    }
    return share;
}

QString RunReport::lossText() const
{
    const auto whole = planned > Nanoseconds(0) ? planned : duration;
    auto text = u"the monitor itself stood still for %1 of %2"_s.arg(brief(standstills.total), brief(whole));
    for (const auto &result : targets) {
        if (result.quantiles.lost > 0)
            text += u", %1 lost %2 of %3 ticks"_s.arg(result.target.name, QString::number(result.quantiles.lost),
                                                      QString::number(result.quantiles.n));
    }
    return text;
}

QString RunReport::cutShort() const
{
    if (ending == Ending::NotYet)
        return u"the run has not ended, or the monitor was killed"_s;
    if (ending == Ending::Interrupted)
        return planned > Nanoseconds(0) ? u"interrupted after %1 of %2"_s.arg(brief(duration), brief(planned))
                                        : u"interrupted after %1"_s.arg(brief(duration));
    return lostShare() > shareThatCutsShort ? lossText() : QString();
}

QString RunReport::doubt() const
{
    if (const auto problem = cutShort(); !problem.isEmpty())
        return problem;
    if (lostShare() > shareInDoubt)
        return lossText();
    if (isolation)
        return isolation->trustworthy ? notLoaded : isolation->doubt;
    const auto refused = std::ranges::find_if(loads, &LoadState::isMostlyRefused);
    if (refused != loads.end())
        return u"%1 refused more than half of the load's requests"_s.arg(refused->name);
    if (!notLoaded.isEmpty())
        return notLoaded;
    return trust.suspendsAlerts() ? trust.reason : QString();
}

bool RunReport::trustworthy() const
{
    const bool measured = isolation ? isolation->trustworthy : !trust.suspendsAlerts();
    return measured && doubt().isEmpty();
}

ExitCode RunReport::exitCode() const
{
    const auto isBroken = [](const AssertResult &result) { return !result.ok; };
    if (!unrecorded.isEmpty() || !lost.isEmpty())
        return ExitCode::Usage;
    if (ending == Ending::OnDemand)
        return ExitCode::Kept;
    if (!cutShort().isEmpty())
        return ExitCode::CutShort;
    if (!anythingAnswered() || !unloaded.isEmpty())
        return ExitCode::NoAnswer;
    if (std::ranges::any_of(asserts, [&](const auto &result) { return isBroken(result) && result.isOfAnswers; }))
        return ExitCode::Broken;
    if (!trustworthy())
        return ExitCode::Untrustworthy;
    if (std::ranges::any_of(asserts, [&](const auto &result) { return isBroken(result) && result.isUndoubted; }))
        return ExitCode::Broken;
    return std::ranges::any_of(asserts, isBroken) ? ExitCode::Untrustworthy : ExitCode::Kept;
}

QString toTable(const RunReport &report)
{
    QString table = row({u"target"_s, u"n"_s, u"errors"_s, u"skipped"_s, u"p50"_s, u"p95"_s, u"p99"_s, u"max"_s});
    for (const auto &result : report.targets)
        table += row(cellsOf(result.target.name, result.quantiles));
    if (report.trust.control.n > 0)
        table += row(cellsOf(u"(control)"_s, report.trust.control));
    for (const auto &result : report.targets) {
        if (!result.lastProblem.isEmpty())
            table += u"%1: %2 (%3)\n"_s.arg(result.target.name, result.lastProblem, withoutPassword(result.target.url));
    }
    for (const auto &load : report.loads)
        table += u"load on %1: %2 in flight, %3 answered, %4 failed\n"_s.arg(
            load.name, QString::number(load.wanted), QString::number(load.completed), QString::number(load.failed));
    if (report.isolation) {
        table += u"\nisolation test: %1\n"_s.arg(isolationName(report.isolation->isolation).toUpper());
        for (const auto &target : report.isolation->targets)
            table += u"  %1  %2\n"_s.arg(isolationName(target.isolation).toUpper().leftJustified(12), target.sentence);
        table += u"  "_s + report.isolation->sentence + u'\n';
    }
    for (const auto &step : report.search)
        table += u"load %1: asserts %2%3\n"_s.arg(step.n, 3).arg(
            step.kept ? u"kept"_s : u"broken"_s, step.doubt.isEmpty() ? QString() : u", in doubt: "_s + step.doubt);
    if (!report.search.isEmpty())
        table += searchSentence(report) + u'\n';
    if (!report.asserts.isEmpty())
        table += u'\n';
    for (const auto &result : report.asserts)
        table += u"%1  %2  (%3)\n"_s.arg(result.ok ? u"ok    "_s : u"FAILED"_s, result.text,
                                         result.warning.isEmpty() ? result.valueText
                                                                  : result.valueText + u"; "_s + result.warning);
    if (!report.unrecorded.isEmpty())
        table += u"recording: INCOMPLETE: %1\n"_s.arg(report.unrecorded);
    for (const auto &lost : report.lost)
        table += u"report: LOST: %1\n"_s.arg(lost);
    for (const auto &remark : report.remarks())
        table += remark + u'\n';
    table += u"measurement: "_s;
    table += !report.cutShort().isEmpty() ? u"CUT SHORT: "_s + report.cutShort()
        : report.trustworthy()            ? u"trustworthy"_s
                                          : u"NOT TRUSTWORTHY: "_s + report.doubt();
    if (report.trust.lagP99)
        table += u", schedule lag p99 "_s + formatDuration(*report.trust.lagP99);
    return table + u'\n';
}

} // namespace openloop::probe
