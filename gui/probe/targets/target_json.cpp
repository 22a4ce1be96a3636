// SPDX-License-Identifier: GPL-3.0-or-later
// Targets as profiles keep them: plain JSON that a person can write by hand.
#include "gui/probe/samples/durations.h"
#include "gui/probe/targets/curl_command.h"
#include "gui/probe/targets/target.h"

#include <QJsonArray>

#include <array>

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

bool isText(const QByteArray &bytes)
{
    return QString::fromUtf8(bytes).toUtf8() == bytes;
}

/// The members that are texts or truths, under the names that curl gives them.
template <typename Options>
auto textsOf(Options &options)
{
    return std::to_array<std::pair<QString, decltype(&options.user)>>({{u"user"_s, &options.user},
                                                                       {u"referer"_s, &options.referer},
                                                                       {u"cookie"_s, &options.cookie},
                                                                       {u"proxy"_s, &options.proxy},
                                                                       {u"cacert"_s, &options.cacert},
                                                                       {u"cert"_s, &options.cert},
                                                                       {u"key"_s, &options.key}});
}

template <typename Options>
auto truthsOf(Options &options)
{
    return std::to_array<std::pair<QString, decltype(&options.http2)>>({{u"compressed"_s, &options.compressed},
                                                                        {u"location"_s, &options.location},
                                                                        {u"keep_method"_s, &options.keepMethod},
                                                                        {u"http2"_s, &options.http2}});
}

void addUnlessEmpty(QJsonObject &object, const QString &key, const QJsonArray &array)
{
    if (!array.isEmpty())
        object[key] = array;
}

QJsonObject optionsJson(const RequestOptions &options)
{
    QJsonObject object;
    for (const auto &[key, text] : textsOf(options)) {
        if (!text->isEmpty())
            object[key] = QString::fromUtf8(*text);
    }
    for (const auto &[key, truth] : truthsOf(options)) {
        if (*truth)
            object[key] = true;
    }
    if (options.userAgent)
        object[u"user_agent"_s] = QString::fromUtf8(*options.userAgent);
    if (options.hasBody)
        object[u"has_body"_s] = *options.hasBody;
    QJsonArray resolve, form;
    for (const auto &entry : options.resolve)
        resolve.append(QString::fromUtf8(entry));
    for (const auto &part : options.form)
        form.append(QJsonObject{{u"name"_s, QString::fromUtf8(part.name)},
                                {u"value"_s, QString::fromUtf8(part.value)},
                                {u"type"_s, QString::fromUtf8(part.type)}});
    addUnlessEmpty(object, u"resolve"_s, resolve);
    addUnlessEmpty(object, u"form"_s, form);
    return object;
}

/// Returns what is wrong with them.
QString readOptions(const QJsonObject &object, RequestOptions &options, UnknownKeys unknown)
{
    JsonMembers members(object);
    for (const auto &[key, text] : textsOf(options))
        *text = members.text(key).toUtf8();
    for (const auto &[key, truth] : truthsOf(options))
        *truth = members.truth(key, false);
    const auto userAgent = members.text(u"user_agent"_s);
    if (object.contains(u"user_agent"_s))
        options.userAgent = userAgent.toUtf8();
    const bool hasBody = members.truth(u"has_body"_s, false);
    if (object.contains(u"has_body"_s))
        options.hasBody = hasBody;
    for (const auto &entry : members.texts(u"resolve"_s))
        options.resolve.append(entry.toUtf8());
    for (const auto &object : members.objects(u"form"_s)) {
        JsonMembers part(object);
        options.form.append(
            {part.text(u"name"_s).toUtf8(), part.text(u"value"_s).toUtf8(), part.text(u"type"_s).toUtf8()});
        if (const auto problem = part.problem(unknown); !problem.isEmpty())
            return u"form: "_s + problem;
    }
    return members.problem(unknown);
}

QJsonObject expectationJson(const Expectation &expectation)
{
    QJsonObject object{{u"status"_s, statusText(expectation.status)}};
    if (!expectation.bodyContains.isEmpty())
        object[u"body_contains"_s] = QString::fromUtf8(expectation.bodyContains);
    if (!expectation.bodyMatches.isEmpty())
        object[u"body_matches"_s] = expectation.bodyMatches;
    QJsonArray json, headers;
    for (const auto &[pointer, value] : expectation.json)
        json.append(value ? pointer + u'=' + *value : pointer);
    for (const auto &[name, value] : expectation.headers)
        headers.append(value.isEmpty() ? name : name + u": "_s + value);
    addUnlessEmpty(object, u"json"_s, json);
    addUnlessEmpty(object, u"headers"_s, headers);
    return object;
}

/// Returns what is wrong with it.
QString readExpectation(const QJsonObject &object, Expectation &expectation, UnknownKeys unknown)
{
    JsonMembers members(object);
    // As profiles had it before there were classes of status.
    StatusRange range;
    range.from = members.number(u"status_from"_s, range.from);
    range.to = members.number(u"status_to"_s, range.to);
    expectation.status = {range};
    expectation.bodyContains = members.text(u"body_contains"_s).toUtf8();
    expectation.bodyMatches = members.text(u"body_matches"_s);
    QStringList further;
    if (const auto status = members.text(u"status"_s); !status.isEmpty())
        further << u"status="_s + status;
    for (const auto &value : members.texts(u"json"_s))
        further << u"json="_s + value;
    for (const auto &field : members.texts(u"headers"_s))
        further << u"header="_s + field;
    if (const auto problem = members.problem(unknown); !problem.isEmpty())
        return problem;
    for (const auto &text : std::as_const(further)) {
        if (const auto problem = addExpectation(text, expectation); !problem.isEmpty())
            return problem;
    }
    return {};
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
            headers.append(header.line());
        object[u"headers"_s] = headers;
    }
    if (!target.body.isEmpty() && isText(target.body))
        object[u"body"_s] = QString::fromUtf8(target.body);
    else if (!target.body.isEmpty())
        object[u"body_base64"_s] = QString::fromLatin1(target.body.toBase64());
    if (target.options != standard.options)
        object[u"options"_s] = optionsJson(target.options);
    if (target.expectation != standard.expectation) {
        object[u"expect"_s] = expectationJson(target.expectation);
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
    if (const auto bytes = members.text(u"body_base64"_s); !bytes.isEmpty()) {
        const auto decoded = QByteArray::fromBase64Encoding(bytes.toLatin1(), QByteArray::AbortOnBase64DecodingErrors);
        if (!decoded)
            return Result::failed(u"body_base64: is no Base64"_s);
        target.body = *decoded;
    }
    if (const auto problem = readOptions(members.object(u"options"_s), target.options, unknown); !problem.isEmpty())
        return Result::failed(u"options: %1"_s.arg(problem));
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
    const auto expected = readExpectation(members.object(u"expect"_s), target.expectation, unknown);
    if (const auto problem = members.problem(unknown); !problem.isEmpty())
        return Result::failed(problem);
    if (!expected.isEmpty())
        return Result::failed(u"expect: %1"_s.arg(expected));

    if (target.url.isEmpty())
        return Result::failed(u"url: is missing"_s);
    if (looksLikeCurlCommand(target.url)) // of which nothing but the URL would be left
        return Result::failed(u"url: is a curl command; what it says belongs into members of its own"_s);
    const auto guessed = targetsFromArgument(u"target="_s + target.url);
    if (!guessed)
        return Result::failed(guessed.error);
    target.url = guessed->first().url;
    if (!object.contains(u"name"_s))
        target.name = defaultName(target.url);
    const auto problem = problemOf(target);
    return problem.isEmpty() ? Result(target) : Result::failed(problem);
}

} // namespace openloop::probe
