// SPDX-License-Identifier: GPL-3.0-or-later
// The exit code, the table for people, JUnit.
#include "gui/probe/headless/report.h"

#include "gui/probe/samples/durations.h"

#include <QXmlStreamWriter>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

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

} // namespace

bool RunReport::anythingAnswered() const
{
    return std::ranges::any_of(targets, &TargetResult::answered);
}

ExitCode RunReport::exitCode() const
{
    if (!unrecorded.isEmpty())
        return ExitCode::Usage;
    if (!anythingAnswered() || !unloaded.isEmpty())
        return ExitCode::NoAnswer;
    if (!trustworthy())
        return ExitCode::Untrustworthy;
    if (!std::ranges::all_of(asserts, &AssertResult::ok))
        return ExitCode::Broken;
    return ExitCode::Kept;
}

QByteArray toJUnit(const RunReport &report)
{
    const bool records = !report.recording.isEmpty();
    const auto failed = std::ranges::count(report.asserts, false, &AssertResult::ok) + (report.trustworthy() ? 0 : 1)
        + (report.unrecorded.isEmpty() ? 0 : 1);
    QByteArray xml;
    QXmlStreamWriter writer(&xml);
    writer.setAutoFormatting(true);
    writer.writeStartDocument();
    writer.writeStartElement(u"testsuite"_s);
    writer.writeAttribute(u"name"_s, u"openloop-monitor"_s);
    writer.writeAttribute(u"tests"_s, QString::number(report.asserts.size() + (records ? 2 : 1)));
    writer.writeAttribute(u"failures"_s, QString::number(failed));
    const auto testCase = [&](const QString &target, const QString &name, bool ok, const QString &message) {
        writer.writeStartElement(u"testcase"_s);
        writer.writeAttribute(u"classname"_s, target);
        writer.writeAttribute(u"name"_s, name);
        if (!ok) {
            writer.writeStartElement(u"failure"_s);
            writer.writeAttribute(u"message"_s, message);
            writer.writeEndElement();
        }
        writer.writeEndElement();
    };
    for (const auto &result : report.asserts)
        testCase(result.target, result.text, result.ok, u"was %1"_s.arg(result.valueText));
    testCase(u"measurement"_s, u"trustworthy"_s, report.trustworthy(), report.doubt());
    if (records)
        testCase(u"measurement"_s, u"recorded"_s, report.unrecorded.isEmpty(), report.unrecorded);
    writer.writeEndDocument();
    return xml;
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
        table += u"load on %1: %2 in flight, %3 answered, %4 failed\n"_s.arg(load.name)
                     .arg(load.wanted)
                     .arg(load.completed)
                     .arg(load.failed);
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
        table += u"%1  %2  (%3)\n"_s.arg(result.ok ? u"ok    "_s : u"FAILED"_s, result.text, result.valueText);
    if (!report.unrecorded.isEmpty())
        table += u"recording: INCOMPLETE: %1\n"_s.arg(report.unrecorded);
    table += u"measurement: "_s;
    table += report.trustworthy() ? u"trustworthy"_s : u"NOT TRUSTWORTHY: "_s + report.doubt();
    if (report.trust.lagP99)
        table += u", schedule lag p99 "_s + formatDuration(*report.trust.lagP99);
    return table + u'\n';
}

} // namespace openloop::probe
