// SPDX-License-Identifier: GPL-3.0-or-later
// Goes through the paths of a document, and leaves out what no request can be made of or what has no end.
#include "gui/probe/targets/openapi.h"

#include "gui/probe/samples/words.h"
#include "gui/probe/targets/openapi/request.h"
#include "gui/probe/targets/openapi/servers.h"

#include <QJsonArray>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

constexpr qsizetype most = 100;
constexpr qsizetype mostPaths = 10'000; // looked at
constexpr qsizetype longest = 2000; // characters of a path

bool isEventStream(const QString &mediaType)
{
    return mediaType.section(u';', 0, 0).trimmed() == "text/event-stream"_L1;
}

/// A stream of events has no end to measure.
bool isStream(const OpenApiDocument &document, const QJsonObject &operation)
{
    const auto own = operation[u"produces"_s].toArray(); // Swagger 2.0
    const auto produced = own.isEmpty() ? document.root()[u"produces"_s].toArray() : own;
    if (!produced.isEmpty())
        return std::ranges::all_of(produced, [](const auto &type) { return isEventStream(type.toString()); });
    const auto responses = operation[u"responses"_s].toObject();
    for (const auto &status : {u"200"_s, u"2XX"_s, u"default"_s}) {
        const auto response = document.resolved(responses[status].toObject());
        const auto types = response ? response->value(u"content"_s).toObject().keys() : QStringList();
        if (!types.isEmpty())
            return std::ranges::all_of(types, isEventStream);
    }
    return false;
}

} // namespace

Parsed<QList<Target>> targetsFromOpenApi(const QByteArray &text, const QString &baseUrl, OpenApiFrom from)
{
    const auto document = OpenApiDocument::parse(text);
    if (!document)
        return Parsed<QList<Target>>::failed(document.error);
    if (!document->root()[u"paths"_s].isObject())
        return Parsed<QList<Target>>::failed(tr("the OpenAPI document has no “paths”: there is nothing to ask for"));
    OpenApiValues values(*document);
    QList<Target> targets;
    const auto paths = document->root()[u"paths"_s].toObject();
    qsizetype left = mostPaths;
    for (auto path = paths.begin(); path != paths.end() && targets.size() < most && left-- > 0; ++path) {
        if (!path.key().startsWith(u'/') || path.key().contains(u'#') || path.key().size() > longest)
            continue;
        const auto item = document->resolved(path->toObject());
        if (!item || !item->value(u"get"_s).isObject() || isStream(*document, item->value(u"get"_s).toObject()))
            continue;
        const auto request = requestFor(*document, values, path.key(), *item);
        const auto server = serverFor(*document, *item, baseUrl, from);
        if (!request || !server)
            continue;
        auto url = *server + request->path + request->query;
        if (request->path.contains(u'?') && !request->query.isEmpty())
            url = *server + request->path + u'&' + request->query.sliced(1);
        auto parsed = targetsFromArgument(u"x="_s + url);
        if (!parsed)
            continue;
        auto target = parsed->first();
        target.name = path.key().sliced(1).isEmpty() ? u"root"_s : path.key().sliced(1);
        target.name.replace(u'=', u'-');
        target.headers = request->headers;
        target.options.cookie = request->cookie;
        target.interval = std::chrono::seconds(1);
        if (problemOf(target).isEmpty())
            targets.append(withUniqueName(target, targets));
    }
    return targets;
}

} // namespace openloop::probe
