// SPDX-License-Identifier: GPL-3.0-or-later
// Targets as profiles keep them: plain JSON that a person can write by hand.
#include "gui/probe/durations.h"
#include "gui/probe/target.h"

#include <QJsonArray>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe
{

namespace
{

/// The shortest text that parseDuration reads back as the same duration.
QString exactText(Nanoseconds duration)
{
    const auto count = duration.count();
    if (count % 1'000'000'000 == 0)
        return QString::number(count / 1'000'000'000) + u's';
    if (count % 1'000'000 == 0)
        return QString::number(count / 1'000'000) + u"ms"_s;
    return QString::number(count) + u"ns"_s;
}

} // namespace

QJsonObject toJson(const Target &target)
{
    const Target standard;
    QJsonObject object{{u"name"_s, target.name},
                       {u"url"_s, target.url},
                       {u"interval"_s, exactText(target.interval)},
                       {u"timeout"_s, exactText(target.timeout)}};
    if (target.method != standard.method)
        object[u"method"_s] = QString::fromLatin1(target.method);
    if (!target.loadUrl.isEmpty())
        object[u"load_url"_s] = target.loadUrl;
    if (!target.headers.isEmpty()) {
        QJsonArray headers; // an array: a field may occur twice
        for (const auto &header : target.headers)
            headers.append(header.name + u": "_s + header.value);
        object[u"headers"_s] = headers;
    }
    if (!target.body.isEmpty())
        object[u"body"_s] = QString::fromUtf8(target.body);
    if (target.expectation != standard.expectation) {
        object[u"expect"_s] =
            QJsonObject{{u"status_from"_s, target.expectation.statusFrom},
                        {u"status_to"_s, target.expectation.statusTo},
                        {u"body_contains"_s, QString::fromUtf8(target.expectation.bodyContains)}};
    }
    if (target.newConnectionEachTime)
        object[u"new_connection_each_time"_s] = true;
    if (!target.verifyTls)
        object[u"verify_tls"_s] = false;
    return object;
}

Parsed<Target> targetFromJson(const QJsonObject &object)
{
    Target target;
    target.url = object[u"url"_s].toString();
    const auto guessed = targetsFromArgument(u"target="_s + target.url);
    if (!guessed)
        return Parsed<Target>::failed(guessed.error);
    target.url = guessed->first().url;
    target.name = object[u"name"_s].toString(target.url.section(u'/', -1, -1, QString::SectionSkipEmpty));
    target.method = object[u"method"_s].toString(u"GET"_s).toLatin1();
    target.loadUrl = object[u"load_url"_s].toString();
    for (const auto &field : object[u"headers"_s].toArray()) {
        const auto text = field.toString();
        target.headers.append({text.section(u':', 0, 0).trimmed(), text.section(u':', 1).trimmed()});
    }
    target.body = object[u"body"_s].toString().toUtf8();
    for (auto [key, duration] :
         {std::pair{u"interval"_s, &target.interval}, {u"timeout"_s, &target.timeout}}) {
        if (!object.contains(key))
            continue;
        const auto parsed = parseDuration(object[key].toString());
        if (!parsed)
            return Parsed<Target>::failed(u"%1: %2: %3"_s.arg(target.name, key, parsed.error));
        *duration = *parsed;
    }
    const auto expect = object[u"expect"_s].toObject();
    target.expectation.statusFrom = expect[u"status_from"_s].toInt(target.expectation.statusFrom);
    target.expectation.statusTo = expect[u"status_to"_s].toInt(target.expectation.statusTo);
    target.expectation.bodyContains = expect[u"body_contains"_s].toString().toUtf8();
    target.newConnectionEachTime = object[u"new_connection_each_time"_s].toBool();
    target.verifyTls = object[u"verify_tls"_s].toBool(true);
    const auto problem = problemOf(target);
    return problem.isEmpty() ? Parsed<Target>(target) : Parsed<Target>::failed(problem);
}

} // namespace openloop::probe
