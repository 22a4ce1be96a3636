// SPDX-License-Identifier: GPL-3.0-or-later
// Reads Authorization, Host and Origin of a request, and says no.
#include "server/routes/guard.h"

#include "common/endpoints.h"
#include "server/http/message/failure.h"

using namespace Qt::Literals::StringLiterals;

namespace openloop {

using http::Failure;

namespace {

const QByteArray realm = "Bearer realm=\"openloop\"";

// A slash at the end leads to the path without it, for whoever may ask there.
QByteArrayView pathOf(const http::RequestHead &head)
{
    const QByteArrayView path = head.path();
    return path.size() > 1 && path.endsWith('/') ? path.chopped(1) : path;
}

bool isHealthProbe(QByteArrayView path)
{
    static const QByteArray health = endpoints::health.toLatin1();
    return path == "/livez" || path == "/readyz" || path == health;
}

// Pages that know nothing but openapi.json.
bool isPage(QByteArrayView path)
{
    return path == "/docs" || path == "/redoc";
}

// What lists the routes.
bool isList(QByteArrayView path)
{
    return path == "/" || path == "/openapi.json";
}

// What the operator has to tell nobody of: a balancer that was told nothing looks at / by whatever name it has.
bool isOfAnyName(QByteArrayView path)
{
    return isHealthProbe(path) || path == "/";
}

// To which links of other pages may lead.
bool isDocument(QByteArrayView path)
{
    return isPage(path) || isList(path);
}

void judgeHost(QByteArrayView text, const http::HostNames &allowed)
{
    if (text.isEmpty())
        return; // HTTP/1.0 need not have one
    const auto asked = http::readAuthority(text);
    if (!asked)
        throw Failure(403, u"the Host is no name or address of a host"_s);
    if (!http::isLoopbackHost(asked->host) && !allowed.contains(asked->host)) {
        throw Failure(
            403,
            u"the Host %1 is neither loopback nor named by --allowed-host"_s.arg(QString::fromLatin1(asked->host)));
    }
}

// A page is one of ours if it came by the same name and port, loopback's names being one.
bool isSameOrigin(QByteArrayView origin, const http::Authority &asked, QByteArrayView askedScheme)
{
    const qsizetype end = origin.indexOf("://");
    const QByteArray scheme = origin.first(qMax(end, qsizetype(0))).toByteArray().toLower();
    const auto from = end < 0 ? std::nullopt : http::readAuthority(origin.sliced(end + 3));
    if (!from || (scheme != "http" && scheme != "https") || (!askedScheme.isEmpty() && scheme != askedScheme))
        return false;
    const int usual = scheme == "https" ? 443 : 80;
    return (from->host == asked.host || (http::isLoopbackHost(from->host) && http::isLoopbackHost(asked.host)))
        && from->port.value_or(usual) == asked.port.value_or(usual);
}

// What a browser tells of a request that has no Origin, as an image's (W3C Fetch Metadata): the page that made it ask,
// or that its user did.
void judgeSite(QByteArrayView site)
{
    if (!site.isEmpty() && site != "same-origin" && site != "none")
        throw Failure(403, u"pages of another origin can't ask here"_s);
}

} // namespace

void checkToken(const http::Request &request, const Tokens &tokens, bool privateDocs)
{
    const QByteArrayView path = pathOf(request.head);
    if (tokens.isEmpty() || isHealthProbe(path) || isPage(path) || (isList(path) && !privateDocs))
        return;
    const QByteArrayView given = request.head.value("authorization");
    constexpr QByteArrayView scheme = "bearer ";
    if (given.size() <= scheme.size() || given.first(scheme.size()).compare(scheme, Qt::CaseInsensitive) != 0)
        throw Failure(401, u"a bearer token is needed"_s).withField("WWW-Authenticate", realm);
    if (!tokens.contain(given.sliced(scheme.size()).trimmed()))
        throw Failure(401, u"the bearer token is wrong"_s)
            .withField("WWW-Authenticate", realm + ", error=\"invalid_token\"");
}

void checkOrigin(const http::Request &request, const http::HostNames &allowed, const http::CrossOrigin &others)
{
    const http::RequestHead &head = request.head;
    const QByteArrayView path = pathOf(head);
    const QByteArrayView host = head.value("host");
    const QByteArrayView forwarded = request.from.host;
    if (!isOfAnyName(path)) {
        judgeHost(host, allowed);
        judgeHost(forwarded, allowed);
    }
    const QList<QByteArrayView> origins = head.values("origin");
    if (origins.isEmpty() && !isDocument(path) && !isHealthProbe(path))
        judgeSite(head.value("sec-fetch-site"));
    for (const QByteArrayView origin : origins) {
        if (others.allows(origin))
            continue;
        const auto asked = http::readAuthority(forwarded.isEmpty() ? host : forwarded);
        if (!asked || !isSameOrigin(origin, *asked, request.from.scheme))
            throw Failure(403, u"pages of another origin can't ask here"_s);
    }
}

} // namespace openloop
