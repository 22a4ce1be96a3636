// SPDX-License-Identifier: GPL-3.0-or-later
// Targets as profiles keep them: plain JSON that a person can write by hand.
#include "gui/probe/samples/durations.h"
#include "gui/probe/targets/target.h"

#include <QJsonArray>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

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
        object[u"expect"_s] = QJsonObject{{u"status_from"_s, target.expectation.statusFrom},
                                          {u"status_to"_s, target.expectation.statusTo},
                                          {u"body_contains"_s, QString::fromUtf8(target.expectation.bodyContains)}};
    }
    if (target.newConnectionEachTime)
        object[u"new_connection_each_time"_s] = true;
    if (!target.verifyTls)
        object[u"verify_tls"_s] = false;
    return object;
}

Parsed<Target> targetFromJson(const QJsonObject &object, UnknownKeys unknown)
{
    using Result = Parsed<Target>;
    Target target;
    JsonMembers members(object);
    target.url = members.text(u"url"_s);
    target.name = members.text(u"name"_s);
    target.method = members.text(u"method"_s, u"GET"_s).toLatin1();
    target.loadUrl = members.text(u"load_url"_s);
    target.body = members.text(u"body"_s).toUtf8();
    target.newConnectionEachTime = members.truth(u"new_connection_each_time"_s, false);
    target.verifyTls = members.truth(u"verify_tls"_s, true);
    for (const auto &field : members.texts(u"headers"_s)) {
        const auto header = parseHeader(field);
        if (!header)
            return Result::failed(u"headers: %1"_s.arg(header.error));
        target.headers.append(*header);
    }
    for (const auto &[key, duration] : {std::pair{u"interval"_s, &target.interval}, {u"timeout"_s, &target.timeout}}) {
        const auto parsed = parseDuration(members.text(key, exactText(*duration)));
        if (!parsed)
            return Result::failed(u"%1: %2"_s.arg(key, parsed.error));
        *duration = *parsed;
    }
    JsonMembers expect(members.object(u"expect"_s));
    auto &expectation = target.expectation;
    expectation.statusFrom = expect.number(u"status_from"_s, expectation.statusFrom);
    expectation.statusTo = expect.number(u"status_to"_s, expectation.statusTo);
    expectation.bodyContains = expect.text(u"body_contains"_s).toUtf8();
    if (const auto problem = members.problem(unknown); !problem.isEmpty())
        return Result::failed(problem);
    if (const auto problem = expect.problem(unknown); !problem.isEmpty())
        return Result::failed(u"expect: %1"_s.arg(problem));

    const auto guessed = targetsFromArgument(u"target="_s + target.url);
    if (!guessed)
        return Result::failed(guessed.error);
    target.url = guessed->first().url;
    if (!object.contains(u"name"_s))
        target.name = target.url.section(u'/', -1, -1, QString::SectionSkipEmpty);
    const auto problem = problemOf(target);
    return problem.isEmpty() ? Result(target) : Result::failed(problem);
}

} // namespace openloop::probe
