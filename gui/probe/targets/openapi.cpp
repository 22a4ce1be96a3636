// SPDX-License-Identifier: GPL-3.0-or-later
// Follows references within bounds, and fills parameters with values that are likely to be taken.
#include "gui/probe/targets/openapi.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonValue>
#include <QUrl>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

constexpr int deepest = 16; // of references, which may go in circles
constexpr qsizetype most = 100;
constexpr int mostSchemas = 64; // looked at for one value: they may hold themselves many times
constexpr qsizetype longest = 2000; // characters of a path or a value: one may be put into the other many times

class Document
{
public:
    explicit Document(const QJsonObject &root) : m_root(root) { }

    /// The object itself, or what its `$ref` leads to within the document.
    QJsonObject resolved(QJsonObject object) const
    {
        for (int depth = 0; depth < deepest && object.contains(u"$ref"_s); ++depth) {
            QJsonValue at = m_root;
            const auto steps = object[u"$ref"_s].toString().split(u'/').sliced(1);
            for (auto step : steps)
                at = at.toObject().value(step.replace(u"~1"_s, u"/"_s).replace(u"~0"_s, u"~"_s));
            object = at.toObject();
        }
        return object;
    }

    /// A value that the service is likely to take, as text; nothing when none can be known.
    std::optional<QString> valueFor(const QJsonObject &parameter) const
    {
        const auto schema = resolved(parameter[u"schema"_s].toObject());
        for (const auto &value : {parameter[u"example"_s], firstExample(parameter), schema[u"example"_s],
                                  schema[u"examples"_s].toArray().first(), schema[u"default"_s],
                                  schema[u"enum"_s].toArray().first(), schema[u"const"_s]}) {
            if (const auto text = textOf(value))
                return text;
        }
        int left = mostSchemas;
        return fitting(schema, left);
    }

private:
    QJsonValue firstExample(const QJsonObject &parameter) const
    {
        const auto examples = parameter[u"examples"_s].toObject();
        return examples.isEmpty() ? QJsonValue() : resolved(examples.begin()->toObject())[u"value"_s];
    }

    static std::optional<QString> textOf(const QJsonValue &value)
    {
        if (value.isString())
            return value.toString();
        if (value.isBool())
            return value.toBool() ? u"true"_s : u"false"_s;
        if (value.isDouble())
            return QString::number(value.toDouble(), 'g', 15);
        return {};
    }

    std::optional<QString> fitting(const QJsonObject &schema, int &left) const
    {
        if (--left < 0)
            return {};
        for (const auto &key : {u"anyOf"_s, u"oneOf"_s, u"allOf"_s}) {
            for (const auto &variant : schema[key].toArray()) {
                if (const auto value = fitting(resolved(variant.toObject()), left))
                    return value;
            }
        }
        auto type = schema[u"type"_s].toString();
        if (schema[u"type"_s].isArray()) // 3.1: a list of types
            type = schema[u"type"_s].toArray().first().toString();
        if (type == "boolean"_L1)
            return u"true"_s;
        if (type == "integer"_L1 || type == "number"_L1)
            return QString::number(
                std::max(schema[u"minimum"_s].toDouble(1), schema[u"exclusiveMinimum"_s].toDouble(0) + 1), 'g', 15);
        return {}; // any string may be wrong
    }

    QJsonObject m_root;
};

struct Operation {
    QString path;
    QString query;
    QList<Header> headers;
};

std::optional<Operation> operationFor(const Document &document, const QString &path, const QJsonArray &parameters)
{
    Operation operation{path, {}, {}};
    for (const auto &entry : parameters) {
        const auto parameter = document.resolved(entry.toObject());
        const auto place = parameter[u"in"_s].toString();
        if (!parameter[u"required"_s].toBool() && place != "path"_L1)
            continue;
        const auto name = parameter[u"name"_s].toString();
        const auto value = document.valueFor(parameter);
        if (!value || value->size() > longest)
            return {};
        const auto encoded = QString::fromLatin1(QUrl::toPercentEncoding(*value));
        if (place == "path"_L1)
            operation.path.replace(u'{' + name + u'}', encoded);
        else if (place == "query"_L1)
            operation.query += (operation.query.isEmpty() ? u"?"_s : u"&"_s) + name + u'=' + encoded;
        else if (place == "header"_L1)
            operation.headers.append({name, *value});
    }
    return operation.path.contains(u'{') ? std::nullopt : std::optional(operation);
}

/// A stream of events has no end to measure.
bool isStream(const QJsonObject &operation)
{
    const auto content = operation[u"responses"_s].toObject()[u"200"_s].toObject()[u"content"_s].toObject();
    return content.size() == 1 && content.contains(u"text/event-stream"_s);
}

/// The document's own server when it is relative (`/api/v1`), below the base URL.
QString serverOf(const QJsonObject &root, const QString &baseUrl)
{
    auto base = baseUrl;
    const auto server = root[u"servers"_s].toArray().first().toObject()[u"url"_s].toString();
    if (server.startsWith(u'/') && !server.startsWith("//"_L1) && !server.contains(u'{'))
        base = QUrl(baseUrl).resolved(QUrl(server)).toString();
    while (base.endsWith(u'/'))
        base.chop(1);
    return base;
}

} // namespace

Parsed<QList<Target>> targetsFromOpenApi(const QByteArray &text, const QString &baseUrl)
{
    using Result = Parsed<QList<Target>>;
    QJsonParseError error;
    const auto root = QJsonDocument::fromJson(text, &error).object();
    if (error.error != QJsonParseError::NoError)
        return Result::failed(u"the OpenAPI document is no JSON: %1"_s.arg(error.errorString()));
    const auto version = root[u"openapi"_s].toString();
    if (!version.startsWith("3."_L1))
        return Result::failed(version.isEmpty() ? u"that is no OpenAPI document"_s
                                                : u"OpenAPI %1 is not supported; 3.0 and 3.1 are"_s.arg(version));
    const Document document(root);
    const auto base = serverOf(root, baseUrl);
    QList<Target> targets;
    const auto paths = root[u"paths"_s].toObject();
    for (auto path = paths.begin(); path != paths.end() && targets.size() < most; ++path) {
        if (!path.key().startsWith(u'/') || path.key().size() > longest)
            continue;
        const auto item = document.resolved(path->toObject());
        if (!item[u"get"_s].isObject() || isStream(item[u"get"_s].toObject()))
            continue;
        auto parameters = item[u"parameters"_s].toArray();
        for (const auto &parameter : item[u"get"_s].toObject()[u"parameters"_s].toArray())
            parameters.append(parameter);
        const auto operation = operationFor(document, path.key(), parameters);
        if (!operation)
            continue;
        auto parsed = targetsFromArgument(u"x="_s + base + operation->path + operation->query);
        if (!parsed)
            continue;
        auto target = parsed->first();
        target.name = path.key().sliced(1).isEmpty() ? u"root"_s : path.key().sliced(1);
        target.name.replace(u'=', u'-');
        target.headers = operation->headers;
        target.interval = std::chrono::seconds(1);
        if (problemOf(target).isEmpty())
            targets.append(withUniqueName(target, targets));
    }
    return targets;
}

} // namespace openloop::probe
