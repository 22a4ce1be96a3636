// SPDX-License-Identifier: GPL-3.0-or-later
// The report as JUnit XML, with what the readers of several CI systems ask for: text inside <failure>, time,
// properties.
#include "gui/probe/headless/report.h"

#include "gui/probe/samples/durations.h"

#include <QLocale>
#include <QXmlStreamWriter>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

struct Case {
    QString target;
    QString name;
    QString failure; ///< empty: passed
};

QList<Case> casesOf(const RunReport &report)
{
    QList<Case> cases;
    for (const auto &result : report.asserts) {
        const auto found =
            u"was "_s + result.valueText + (result.warning.isEmpty() ? QString() : u"; "_s + result.warning);
        cases.append({result.target, result.text, result.ok ? QString() : found});
    }
    cases.append({u"measurement"_s, u"whole"_s, report.cutShort()});
    cases.append({u"measurement"_s, u"trustworthy"_s, report.doubt()});
    cases.append({u"measurement"_s, u"answered"_s,
                  report.anythingAnswered() && report.unloaded.isEmpty() ? QString()
                      : report.unloaded.isEmpty()                        ? u"nothing answered"_s
                                                                         : report.unloaded});
    if (!report.recording.isEmpty())
        cases.append({u"measurement"_s, u"recorded"_s, report.unrecorded});
    if (!report.lost.isEmpty())
        cases.append({u"measurement"_s, u"reported"_s, report.lost.join(u"; "_s)});
    return cases;
}

/// Without an exponent, and with all of its digits.
QString plain(double number)
{
    return QString::number(number, 'f', QLocale::FloatingPointShortest);
}

void writeProperties(QXmlStreamWriter &writer, const RunReport &report)
{
    const auto property = [&](const QString &name, const QString &value) {
        writer.writeEmptyElement(u"property"_s);
        writer.writeAttribute(u"name"_s, name);
        writer.writeAttribute(u"value"_s, value);
    };
    writer.writeStartElement(u"properties"_s);
    property(u"exit_code"_s, QString::number(static_cast<int>(report.exitCode())));
    property(u"planned_ms"_s, plain(toMilliseconds(report.planned)));
    property(u"stood_still_ms"_s, plain(toMilliseconds(report.standstills.total)));
    for (const auto &result : report.targets) {
        const auto &name = result.target.name;
        const auto &found = result.quantiles;
        property(name + u".url"_s, withoutPassword(result.target.url));
        property(name + u".n"_s, QString::number(found.n));
        property(name + u".errors"_s, QString::number(found.errors));
        property(name + u".skipped"_s, QString::number(found.skipped));
        for (const auto &[quantity, quantile] :
             {std::pair(u"p50"_s, found.p50), {u"p95"_s, found.p95}, {u"p99"_s, found.p99}, {u"max"_s, found.max}}) {
            if (quantile)
                property(u"%1.%2_ms"_s.arg(name, quantity), plain(toMilliseconds(quantile->value)));
        }
        if (!result.lastProblem.isEmpty())
            property(name + u".last_problem"_s, result.lastProblem);
    }
    writer.writeEndElement();
}

} // namespace

QByteArray toJUnit(const RunReport &report)
{
    const auto cases = casesOf(report);
    const auto failed = std::ranges::count_if(cases, [](const Case &one) { return !one.failure.isEmpty(); });
    const auto seconds = QString::number(std::chrono::duration<double>(report.duration).count(), 'f', 3);
    QByteArray xml;
    QXmlStreamWriter writer(&xml);
    writer.setAutoFormatting(true);
    writer.writeStartDocument();
    const auto suite = [&](const QString &element) {
        writer.writeStartElement(element);
        writer.writeAttribute(u"name"_s, u"openloop-monitor"_s);
        writer.writeAttribute(u"tests"_s, QString::number(cases.size()));
        writer.writeAttribute(u"failures"_s, QString::number(failed));
        writer.writeAttribute(u"errors"_s, u"0"_s);
        writer.writeAttribute(u"time"_s, seconds);
    };
    suite(u"testsuites"_s);
    suite(u"testsuite"_s);
    writer.writeAttribute(u"skipped"_s, u"0"_s);
    writer.writeAttribute(u"timestamp"_s, report.started.toUTC().toString(u"yyyy-MM-ddTHH:mm:ss"_s));
    writeProperties(writer, report);
    for (const auto &one : cases) {
        writer.writeStartElement(u"testcase"_s);
        writer.writeAttribute(u"classname"_s, one.target);
        writer.writeAttribute(u"name"_s, one.name);
        writer.writeAttribute(u"time"_s, seconds);
        if (!one.failure.isEmpty()) {
            writer.writeStartElement(u"failure"_s);
            writer.writeAttribute(u"message"_s, one.failure);
            writer.writeAttribute(u"type"_s, u"assert"_s);
            writer.writeCharacters(u"%1: %2"_s.arg(one.name, one.failure));
            writer.writeEndElement();
        }
        writer.writeEndElement();
    }
    if (const auto remarks = report.remarks(); !remarks.isEmpty())
        writer.writeTextElement(u"system-out"_s, remarks.join(u'\n'));
    writer.writeEndDocument();
    return xml;
}

} // namespace openloop::probe
