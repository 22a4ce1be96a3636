// SPDX-License-Identifier: GPL-3.0-or-later
// Takes the resource apart as it is written, since Qt's JSON forgets the order, and puts it together by the routes.
#include "server/routes/description.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

static void initOpenapiResource()
{
    Q_INIT_RESOURCE(openapi); // see server/store/schema.cpp
}

namespace openloop {

using http::Json;

namespace {

const QString argument = u"<arg>"_s;

qsizetype endOfString(QByteArrayView json, qsizetype at)
{
    for (++at; json[at] != '"'; ++at)
        at += json[at] == '\\';
    return at + 1;
}

// JSON without white space between its words.
QByteArray compacted(QByteArrayView json)
{
    QByteArray out;
    out.reserve(json.size());
    for (qsizetype i = 0; i < json.size();) {
        const qsizetype end = json[i] == '"' ? endOfString(json, i) : i + 1;
        if (!QByteArrayView(" \t\r\n").contains(json[i]))
            out.append(json.sliced(i, end - i));
        i = end;
    }
    return out;
}

// object: compact, and whole: it is a part of the resource. No name in it has an escape.
QList<Json::Member> membersOf(QByteArrayView object)
{
    QList<Json::Member> members;
    for (qsizetype i = 1; i < object.size() && object[i] == '"';) {
        const qsizetype colon = endOfString(object, i);
        qsizetype end = colon + 1;
        for (int depth = 0; depth > 0 || (object[end] != ',' && object[end] != '}');) {
            depth += object[end] == '{' || object[end] == '[';
            depth -= object[end] == '}' || object[end] == ']';
            end = object[end] == '"' ? endOfString(object, end) : end + 1;
        }
        members.append({QString::fromUtf8(object.sliced(i + 1, colon - i - 2)),
                        Json::verbatim(object.sliced(colon + 1, end - colon - 1).toByteArray())});
        i = end + 1;
    }
    return members;
}

template <typename Members>
auto memberOf(Members &members, const QString &name)
{
    return std::ranges::find(members, name, &Json::Member::key);
}

Json objectOf(const QList<Json::Member> &members)
{
    Json json = Json::verbatim("{}");
    for (const Json::Member &member : members)
        json = json.with(member.key, member.value);
    return json;
}

// Elements or members of both, in order.
Json merged(const Json &first, const Json &second)
{
    QByteArray text = first.text();
    text.chop(1);
    if (text.size() > 1)
        text += ',';
    return Json::verbatim(text + second.view().sliced(1).toByteArray());
}

void add(QList<Json::Member> &members, const QString &name, const Json &more)
{
    if (const auto found = memberOf(members, name); found != members.end())
        found->value = merged(found->value, more);
    else
        members.append({name, more});
}

// Each request may say by which names it is known, and each answer repeats them.
Json withNames(const Json &operation)
{
    static const Json asked = Json::verbatim(
        R"([{"$ref":"#/components/parameters/RequestId"},{"$ref":"#/components/parameters/TraceParent"}])");
    static const Json answered = Json::verbatim(
        R"({"X-Request-Id":{"$ref":"#/components/headers/RequestId"},"traceparent":{"$ref":"#/components/headers/TraceParent"}})");
    QList<Json::Member> members = membersOf(operation.view());
    add(members, u"parameters"_s, asked);
    const auto responses = memberOf(members, u"responses"_s);
    QList<Json::Member> each = membersOf(responses->value.view());
    for (Json::Member &response : each) {
        QList<Json::Member> words = membersOf(response.value.view());
        add(words, u"headers"_s, answered);
        response.value = objectOf(words);
    }
    responses->value = objectOf(each);
    return objectOf(members);
}

QString patternOf(QString path)
{
    static const QRegularExpression parameter(u"\\{\\w+\\}"_s);
    return path.replace(parameter, argument);
}

// Of what nobody has described: path and parameters are what is known.
Json bareOperation(qsizetype parameters)
{
    QList<Json> each;
    for (qsizetype i = 1; i <= parameters; ++i) {
        each.append(Json{{u"name"_s, u"arg%1"_s.arg(i)},
                         {u"in"_s, u"path"_s},
                         {u"required"_s, true},
                         {u"schema"_s, Json{{u"type"_s, u"string"_s}}}});
    }
    const Json any{{u"default"_s, Json{{u"description"_s, u"Not described."_s}}}};
    return {{u"parameters"_s, Json::array(each, [](const Json &json) { return json; })}, {u"responses"_s, any}};
}

QString numbered(QString pattern)
{
    for (int i = 1; pattern.contains(argument); ++i)
        pattern.replace(pattern.indexOf(argument), argument.size(), u"{arg%1}"_s.arg(i));
    return pattern;
}

QString stringIn(const Json &object, const QString &name)
{
    return QJsonDocument::fromJson(object.text()).object().value(name).toString();
}

} // namespace

Description::Description(const QList<std::pair<QByteArray, QString>> &routes)
{
    initOpenapiResource();
    QFile file(u":/openloop/openapi/openapi.json"_s);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("no resource openapi.json");
    m_members = membersOf(compacted(file.readAll()));
    m_text = stringIn(memberOf(m_members, u"info"_s)->value, u"description"_s);
    Json &paths = memberOf(m_members, u"paths"_s)->value;
    const QList<Json::Member> described = membersOf(paths.view());
    QList<std::pair<QString, QByteArrayList>> table; // by pattern
    for (const auto &[method, pattern] : routes) {
        if (table.isEmpty() || table.last().first != pattern)
            table.append({pattern, {}});
        table.last().second.append(method);
    }
    paths = Json::verbatim("{}");
    for (const auto &[pattern, methods] : table) {
        const auto words = std::ranges::find(described, pattern, [](const auto &each) { return patternOf(each.key); });
        const bool isDescribed = words != described.end();
        const QString path = isDescribed ? words->key : numbered(pattern);
        const auto itsWords = isDescribed ? membersOf(words->value.view()) : QList<Json::Member>();
        paths = paths.with(path, itemOf(pattern, methods, path, itsWords));
    }
}

Json Description::itemOf(const QString &pattern, const QByteArrayList &methods, const QString &path,
                         const QList<Json::Member> &words)
{
    QList<Json::Member> item;
    if (const auto shared = memberOf(words, u"parameters"_s); shared != words.end())
        item.append(*shared);
    for (const QByteArray &method : methods) {
        const QString name = QString::fromLatin1(method).toLower();
        const auto operation = memberOf(words, name);
        const Json bare = bareOperation(item.isEmpty() ? pattern.count(argument) : 0);
        item.append({name, withNames(operation != words.end() ? operation->value : bare)});
        m_operations.append({method, path, stringIn(item.last().value, u"summary"_s)});
    }
    return objectOf(item);
}

QByteArray Description::document(const QByteArray &prefix) const
{
    QList<Json::Member> members = m_members;
    const Json here{{u"url"_s, prefix.isEmpty() ? u"/"_s : QString::fromLatin1(prefix)},
                    {u"description"_s, u"This service."_s}};
    memberOf(members, u"servers"_s)->value = Json::verbatim('[' + here.text() + ']');
    return objectOf(members).text();
}

} // namespace openloop
