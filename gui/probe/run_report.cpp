// SPDX-License-Identifier: GPL-3.0-or-later
// See run_report.h.
#include "gui/probe/run_report.h"

#include "gui/probe/durations.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QXmlStreamWriter>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe
{

namespace
{

QJsonValue jsonMs(const std::optional<Quantile> &quantile)
{
    return quantile ? QJsonValue(milliseconds(quantile->value)) : QJsonValue();
}

QJsonObject toJson(const Quantiles &quantiles)
{
    QJsonObject object{{u"n"_s, quantiles.n},
                       {u"errors"_s, quantiles.errors},
                       {u"timeouts"_s, quantiles.timeouts},
                       {u"skipped"_s, quantiles.skipped},
                       {u"p50_ms"_s, jsonMs(quantiles.p50)},
                       {u"p95_ms"_s, jsonMs(quantiles.p95)},
                       {u"p99_ms"_s, jsonMs(quantiles.p99)},
                       {u"max_ms"_s, jsonMs(quantiles.max)}};
    if (quantiles.max && quantiles.max->atLeast)
        object[u"max_is_at_least"_s] = true;
    return object;
}

QJsonObject toJson(const TargetResult &result)
{
    auto object = toJson(result.quantiles);
    object[u"name"_s] = result.target.name;
    object[u"url"_s] = result.target.url;
    if (result.isolation)
        object[u"isolation"_s] = *result.isolation;
    return object;
}

QJsonObject toJson(const AssertResult &result)
{
    return {{u"text"_s, result.text},
            {u"ok"_s, result.ok},
            {result.isLatency ? u"value_ms"_s : u"value"_s,
             result.value ? QJsonValue(*result.value) : QJsonValue()}};
}

QJsonObject toJson(const IsolationVerdict &verdict)
{
    QJsonArray targets;
    for (const auto &target : verdict.targets) {
        QJsonObject object{{u"name"_s, target.name},
                           {u"verdict"_s, isolationName(target.isolation)},
                           {u"before"_s, toJson(target.before)},
                           {u"during"_s, toJson(target.during)},
                           {u"after"_s, toJson(target.after)}};
        if (target.ratio) {
            object[u"ratio"_s] = target.ratio->value;
            object[u"ratio_low"_s] = target.ratio->low;
            object[u"ratio_high"_s] = target.ratio->high;
        }
        if (target.overControl) {
            object[u"over_control"_s] = target.overControl->value;
            object[u"over_control_low"_s] = target.overControl->low;
            object[u"over_control_high"_s] = target.overControl->high;
        }
        targets.append(object);
    }
    return {{u"load"_s, verdict.config.load},
            {u"n"_s, verdict.config.n},
            {u"verdict"_s, isolationName(verdict.isolation)},
            {u"sentence"_s, verdict.sentence},
            {u"control_before"_s, toJson(verdict.controlBefore)},
            {u"control_during"_s, toJson(verdict.controlDuring)},
            {u"targets"_s, targets}};
}

QJsonArray searchJson(const QList<LoadStep> &steps)
{
    QJsonArray array;
    for (const auto &step : steps) {
        QJsonArray targets;
        for (const auto &[name, quantiles] : step.targets) {
            auto object = toJson(quantiles);
            object[u"name"_s] = name;
            targets.append(object);
        }
        QJsonObject row{{u"n"_s, step.n}, {u"kept"_s, step.kept}, {u"targets"_s, targets}};
        if (!step.doubt.isEmpty())
            row[u"doubt"_s] = step.doubt;
        array.append(row);
    }
    return array;
}

template <typename List, typename ToRow> QJsonArray arrayOf(const List &list, ToRow toRow)
{
    QJsonArray array;
    for (const auto &element : list)
        array.append(toRow(element));
    return array;
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

QStringList cellsOf(const QString &name, const Quantiles &q)
{
    return {
        name,          QString::number(q.n), QString::number(q.errors),           QString::number(q.skipped),
        textOf(q.p50), textOf(q.p95),        q.hasP99() ? textOf(q.p99) : u"-"_s, textOf(q.max)};
}

} // namespace

bool RunReport::anythingAnswered() const
{
    return std::ranges::any_of(targets, &TargetResult::answered);
}

ExitCode RunReport::exitCode() const
{
    if (!anythingAnswered())
        return ExitCode::NoAnswer;
    if (!trustworthy())
        return ExitCode::Untrustworthy;
    if (!std::ranges::all_of(asserts, &AssertResult::ok))
        return ExitCode::Broken;
    return ExitCode::Kept;
}

QByteArray toJson(const RunReport &report)
{
    QJsonObject control{{u"p99_ms"_s, jsonMs(report.trust.control.p99)}, {u"n"_s, report.trust.control.n}};
    if (report.trust.lagP99)
        control[u"lag_p99_ms"_s] = milliseconds(*report.trust.lagP99);
    if (report.trust.processors)
        control[u"processors"_s] = *report.trust.processors;
    if (report.trust.stolen)
        control[u"stolen"_s] = *report.trust.stolen;
    QJsonObject object{
        {u"targets"_s, arrayOf(report.targets, [](const auto &result) { return toJson(result); })},
        {u"asserts"_s, arrayOf(report.asserts, [](const auto &result) { return toJson(result); })},
        {u"trustworthy"_s, report.trustworthy()},
        {u"doubt"_s, report.trustworthy() ? QString() : report.doubt()},
        {u"control"_s, control},
        {u"duration_ms"_s, milliseconds(report.duration)}};
    if (!report.loads.isEmpty())
        object[u"loads"_s] = arrayOf(report.loads, [](const LoadState &load) {
            return QJsonObject{{u"name"_s, load.name},
                               {u"n"_s, load.wanted},
                               {u"completed"_s, load.completed},
                               {u"failed"_s, load.failed}};
        });
    if (report.isolation)
        object[u"isolation"_s] = toJson(*report.isolation);
    if (!report.search.isEmpty())
        object[u"search"_s] = QJsonObject{
            {u"steps"_s, searchJson(report.search)},
            {u"highest_kept"_s, report.highestKept ? QJsonValue(*report.highestKept) : QJsonValue()},
            {u"lowest_broken"_s, report.lowestBroken ? QJsonValue(*report.lowestBroken) : QJsonValue()}};
    return QJsonDocument(object).toJson();
}

QByteArray toJUnit(const RunReport &report)
{
    const auto failed =
        std::ranges::count(report.asserts, false, &AssertResult::ok) + (report.trustworthy() ? 0 : 1);
    QByteArray xml;
    QXmlStreamWriter writer(&xml);
    writer.setAutoFormatting(true);
    writer.writeStartDocument();
    writer.writeStartElement(u"testsuite"_s);
    writer.writeAttribute(u"name"_s, u"openloop-monitor"_s);
    writer.writeAttribute(u"tests"_s, QString::number(report.asserts.size() + 1));
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
    writer.writeEndDocument();
    return xml;
}

QString toTable(const RunReport &report)
{
    QString table =
        row({u"target"_s, u"n"_s, u"errors"_s, u"skipped"_s, u"p50"_s, u"p95"_s, u"p99"_s, u"max"_s});
    for (const auto &result : report.targets)
        table += row(cellsOf(result.target.name, result.quantiles));
    if (report.trust.control.n > 0)
        table += row(cellsOf(u"(control)"_s, report.trust.control));
    for (const auto &result : report.targets) {
        if (!result.lastProblem.isEmpty())
            table += u"%1: %2 (%3)\n"_s.arg(result.target.name, result.lastProblem, result.target.url);
    }
    for (const auto &load : report.loads)
        table += u"load on %1: %2 in flight, %3 answered, %4 failed\n"_s.arg(load.name)
                     .arg(load.wanted)
                     .arg(load.completed)
                     .arg(load.failed);
    if (report.isolation) {
        table += u"\nisolation test: %1\n"_s.arg(isolationName(report.isolation->isolation).toUpper());
        for (const auto &target : report.isolation->targets)
            table += u"  %1  %2\n"_s.arg(isolationName(target.isolation).toUpper().leftJustified(12),
                                         target.sentence);
        table += u"  "_s + report.isolation->sentence + u'\n';
    }
    for (const auto &step : report.search)
        table += u"load %1: asserts %2%3\n"_s.arg(step.n, 3).arg(
            step.kept ? u"kept"_s : u"broken"_s, step.doubt.isEmpty() ? QString() : u", in doubt: "_s + step.doubt);
    if (!report.search.isEmpty()) {
        table += report.lowestBroken
            ? u"the asserts break at a load of %1\n"_s.arg(*report.lowestBroken)
            : u"the asserts keep up to a load of %1\n"_s.arg(report.highestKept.value_or(0));
    }
    if (!report.asserts.isEmpty())
        table += u'\n';
    for (const auto &result : report.asserts)
        table +=
            u"%1  %2  (%3)\n"_s.arg(result.ok ? u"ok    "_s : u"FAILED"_s, result.text, result.valueText);
    table += u"measurement: "_s;
    table += report.trustworthy() ? u"trustworthy"_s : u"NOT TRUSTWORTHY: "_s + report.doubt();
    if (report.trust.lagP99)
        table += u", schedule lag p99 "_s + formatDuration(*report.trust.lagP99);
    return table + u'\n';
}

} // namespace openloop::probe
