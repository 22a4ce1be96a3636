// SPDX-License-Identifier: GPL-3.0-or-later
// Writes samples as CSV, quantiles as JSON, and all of it as a page.
#include "gui/models/export.h"

#include "gui/models/format.h"
#include "gui/models/words.h"
#include "gui/probe/samples/durations.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>
#include <QTimeZone>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

struct ExportText {
    Q_DECLARE_TR_FUNCTIONS(ExportText)
};

QDateTime timeOf(double seconds)
{
    return QDateTime::fromMSecsSinceEpoch(std::llround(seconds * 1000), QTimeZone::utc());
}

QByteArray quoted(QString text)
{
    return '"' + text.replace(u'"', u"\"\""_s).toUtf8() + '"';
}

QString row(const QStringList &cells, const QString &tag)
{
    QString result = u"<tr>"_s;
    for (const auto &cell : cells)
        result += u"<%1>%2</%1>"_s.arg(tag, cell.toHtmlEscaped());
    return result + u"</tr>\n"_s;
}

QString figuresTable(const Session &session, double from, double to)
{
    QString table = u"<table>"_s
        + row({ExportText::tr("Target"), ExportText::tr("State"), u"n"_s, u"p50"_s, u"p95"_s, u"p99"_s,
               ExportText::tr("max"), ExportText::tr("errors")},
              u"th"_s);
    const auto shown = [](std::optional<double> value) { return formatDuration(value.value_or(-1)); };
    const auto add = [&](const TargetFigures &f) {
        table += row({f.name, wordFor(f), formatCount(f.n), shown(f.p50), shown(f.p95),
                      f.hasTail() ? shown(f.p99) : ExportText::tr("%1 (max of %2)").arg(shown(f.max)).arg(f.measured),
                      shown(f.max), formatShare(f.errorShare())},
                     u"td"_s);
    };
    for (const auto &target : session.targets())
        add(session.figures(target.name, from, to));
    add(session.controlFigures(from, to));
    return table + u"</table>"_s;
}

QString isolationSection(const probe::IsolationVerdict &verdict)
{
    QString section = u"<h2>%1: %2</h2><p>%3</p><table>"_s.arg(ExportText::tr("Isolation test"),
                                                               probe::isolationName(verdict.isolation).toHtmlEscaped(),
                                                               verdict.sentence.toHtmlEscaped());
    for (const auto &target : verdict.targets)
        section += row({target.name, target.sentence}, u"td"_s);
    return section + u"</table>"_s;
}

const QString style = uR"(
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1080px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.verdict { padding: .8rem 1rem; border: 1px solid #8888; border-radius: 8px; font-size: 1.15rem; }
table { border-collapse: collapse; } th, td { text-align: left; padding: .25rem .9rem .25rem 0; border-bottom: 1px solid #8884; }
td:first-child { white-space: nowrap; }
svg { max-width: 100%; height: auto; background: #fff; border-radius: 8px; margin-top: 1rem; }
)"_s;

} // namespace

QByteArray toCsv(const Session &session, double from, double to)
{
    QByteArray csv = "target,due,response_ms,outcome,status\n";
    for (const auto &target : session.targets()) {
        const auto *history = session.series(target.name);
        if (!history)
            continue;
        const double origin = session.secondsAt(history->origin());
        for (const auto &sample : history->samples(session.instantAt(from), session.instantAt(to))) {
            const double due = origin + std::chrono::duration<double>(sample.due()).count();
            csv += quoted(target.name) + ',' + timeOf(due).toString(Qt::ISODateWithMs).toUtf8() + ','
                + QByteArray::number(probe::toMilliseconds(sample.response()), 'f', 4) + ','
                + quoted(probe::outcomeName(sample.outcome())) + ',' + QByteArray::number(sample.status()) + '\n';
        }
    }
    return csv;
}

QByteArray toJson(const Session &session, double from, double to)
{
    QJsonArray targets;
    const auto put = [](QJsonObject &into, const QString &key, std::optional<double> value) {
        if (value)
            into[key] = *value;
    };
    for (const auto &target : session.targets()) {
        const auto figures = session.figures(target.name, from, to);
        QJsonObject one{{u"name"_s, figures.name},
                        {u"url"_s, figures.url},
                        {u"n"_s, figures.n},
                        {u"errors"_s, figures.errors},
                        {u"skipped"_s, figures.skipped}};
        put(one, u"p50_ms"_s, figures.p50);
        put(one, u"p95_ms"_s, figures.p95);
        put(one, u"p99_ms"_s, figures.p99);
        put(one, u"max_ms"_s, figures.max);
        targets.append(one);
    }
    QJsonObject control;
    put(control, u"p99_ms"_s, session.controlFigures(from, to).p99);
    const QJsonObject document{{u"from"_s, timeOf(from).toString(Qt::ISODateWithMs)},
                               {u"to"_s, timeOf(to).toString(Qt::ISODateWithMs)},
                               {u"targets"_s, targets},
                               {u"control"_s, control}};
    return QJsonDocument(document).toJson();
}

QByteArray toHtml(const Session &session, double from, double to, const QByteArray &chartSvg,
                  const std::optional<probe::IsolationVerdict> &isolation)
{
    const auto verdict = session.verdict();
    const QString title =
        session.targets().isEmpty() ? u"openloop"_s : probe::withoutPassword(session.targets().first().url);
    QString page =
        u"<!doctype html>\n<html><head><meta charset='utf-8'><title>openloop: %1</title><style>%2</style></head><body>\n"_s
            .arg(title.toHtmlEscaped(), style);
    page += u"<h1>openloop: %1</h1><p>%2 – %3</p>\n"_s.arg(title.toHtmlEscaped(), timeOf(from).toString(Qt::ISODate),
                                                           timeOf(to).toString(Qt::ISODate));
    page +=
        u"<p class='verdict'><b>%1</b> %2</p>\n"_s.arg(verdict.word.toHtmlEscaped(), verdict.sentence.toHtmlEscaped());
    // The XML declaration is not allowed inside a page.
    page += QString::fromUtf8(chartSvg.mid(std::max<qsizetype>(0, chartSvg.indexOf("<svg"))));
    page += u"<h2>%1</h2>"_s.arg(ExportText::tr("Figures")) + figuresTable(session, from, to);
    if (isolation)
        page += isolationSection(*isolation);
    page += u"<h2>%1</h2><table>"_s.arg(ExportText::tr("Events"));
    for (const auto &event : session.events()) {
        if (event.at >= from && event.at <= to)
            page += row({timeOf(event.at).toString(Qt::ISODate), event.target, withoutTarget(event.text, event.target)},
                        u"td"_s);
    }
    return (page + u"</table></body></html>\n"_s).toUtf8();
}

QString writeWhole(const QString &path, const QByteArray &content)
{
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly) && file.write(content) == content.size() && file.commit())
        return {};
    return u"%1: %2"_s.arg(path, file.errorString());
}

} // namespace openloop::gui
