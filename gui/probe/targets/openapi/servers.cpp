// SPDX-License-Identifier: GPL-3.0-or-later
// Fills variables, and keeps to the service that gave the document.
#include "gui/probe/targets/openapi/servers.h"

#include <QJsonArray>
#include <QUrl>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

constexpr qsizetype longest = 2000; // characters of a server's URL
constexpr int mostServers = 20;

/// As OpenAPI 3 would say what Swagger 2.0 says in three members.
QJsonArray serversOfSwagger(const QJsonObject &root)
{
    const auto host = root[u"host"_s].toString();
    const auto schemes = root[u"schemes"_s].toArray();
    const auto scheme = schemes.contains(u"https"_s) ? u"https"_s : schemes.first().toString(u"http"_s);
    const auto path = root[u"basePath"_s].toString();
    if (host.isEmpty())
        return path.isEmpty() ? QJsonArray() : QJsonArray{QJsonObject{{u"url"_s, path}}};
    return {QJsonObject{{u"url"_s, scheme + u"://"_s + host + path}}};
}

QJsonArray serversOf(const OpenApiDocument &document, const QJsonObject &item)
{
    if (document.isSwagger())
        return serversOfSwagger(document.root());
    for (const auto &servers : {item[u"get"_s].toObject().value(u"servers"_s), item.value(u"servers"_s)}) {
        if (!servers.toArray().isEmpty())
            return servers.toArray();
    }
    return document.root()[u"servers"_s].toArray();
}

/// An empty text: it is too long, or a variable has no value.
QString expanded(const QJsonObject &server)
{
    auto url = server[u"url"_s].toString();
    const auto variables = server[u"variables"_s].toObject();
    for (auto at = url.indexOf(u'{'); at >= 0 && url.size() <= longest; at = url.indexOf(u'{', at)) {
        const auto end = url.indexOf(u'}', at);
        const auto variable = end < 0 ? QJsonObject() : variables[url.sliced(at + 1, end - at - 1)].toObject();
        const auto given =
            variable.contains(u"default"_s) ? variable[u"default"_s] : variable[u"enum"_s].toArray().first();
        const auto value = given.toVariant().toString(); // a port may be a number
        if (!given.isString() && !given.isDouble())
            return {};
        url.replace(at, end - at + 1, value);
        at += value.size();
    }
    return url.size() > longest || url.contains(u'{') ? QString() : url;
}

QString nameOfHost(const QUrl &url)
{
    static const QStringList loopback{u"localhost"_s, u"127.0.0.1"_s, u"::1"_s};
    return loopback.contains(url.host()) ? loopback.first() : url.host();
}

bool isSameService(const QUrl &a, const QUrl &b)
{
    const auto portOf = [](const QUrl &url) { return url.port(url.scheme() == "https"_L1 ? 443 : 80); };
    return nameOfHost(a) == nameOfHost(b) && portOf(a) == portOf(b);
}

QString withoutSlash(QString url)
{
    while (url.endsWith(u'/'))
        url.chop(1);
    return url;
}

} // namespace

std::optional<QString> serverFor(const OpenApiDocument &document, const QJsonObject &item, const QString &baseUrl,
                                 OpenApiFrom from)
{
    const auto servers = serversOf(document, item);
    if (servers.isEmpty())
        return withoutSlash(baseUrl);
    const QUrl base(baseUrl);
    std::optional<QUrl> first;
    for (qsizetype i = 0; i < std::min<qsizetype>(servers.size(), mostServers); ++i) {
        const auto text = expanded(servers[i].toObject());
        const QUrl given(text, QUrl::StrictMode);
        if (text.isEmpty() || !given.isValid())
            continue;
        const auto url = base.resolved(given).adjusted(QUrl::RemoveQuery | QUrl::RemoveFragment | QUrl::RemoveUserInfo);
        if ((url.scheme() != "http"_L1 && url.scheme() != "https"_L1) || url.host().isEmpty())
            continue;
        if (given.isRelative() || isSameService(url, base)) {
            first = url;
            break;
        }
        first = first.value_or(url);
    }
    if (!first)
        return {};
    if (from == OpenApiFrom::File)
        return withoutSlash(first->toString(QUrl::FullyEncoded));
    // What one has asked is measured, be it a copy of what the document was written for: its path, below our host.
    auto asked = base;
    asked.setPath(first->path(QUrl::FullyEncoded), QUrl::StrictMode);
    asked.setQuery(QString());
    asked.setFragment(QString());
    return withoutSlash(asked.adjusted(QUrl::RemoveQuery | QUrl::RemoveFragment).toString(QUrl::FullyEncoded));
}

} // namespace openloop::probe
