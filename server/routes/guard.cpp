// SPDX-License-Identifier: GPL-3.0-or-later
// Reads Authorization, Host and Origin of a request, and says no.
#include "server/routes/guard.h"

#include "common/endpoints.h"
#include "server/http/message/failure.h"

#include <QUrl>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

using http::Failure;

namespace {

bool isHealthProbe(const QByteArray &path)
{
    return path == "/livez" || path == "/readyz" || path == endpoints::health.toLatin1();
}

// Takes as long for a wrong first character as for a wrong last one.
bool equalInConstantTime(const QByteArray &given, const QByteArray &wanted)
{
    unsigned difference = given.size() == wanted.size() ? 0 : 1;
    for (qsizetype i = 0; i < given.size(); ++i)
        difference |= unsigned(given[i] ^ wanted[i % wanted.size()]);
    return difference == 0;
}

bool isLoopback(const QUrl &url)
{
    return url.host() == u"localhost" || QHostAddress(url.host()).isLoopback();
}

} // namespace

void checkToken(const http::Request &request, const QByteArray &token)
{
    if (token.isEmpty() || isHealthProbe(request.head.path))
        return;
    const QByteArray given = request.head.value("authorization");
    constexpr QByteArrayView scheme = "bearer ";
    if (given.size() <= scheme.size() || given.first(scheme.size()).compare(scheme, Qt::CaseInsensitive) != 0)
        throw Failure(401, u"a bearer token is needed"_s).withField("WWW-Authenticate", "Bearer realm=\"openloop\"");
    if (!equalInConstantTime(given.sliced(scheme.size()).trimmed(), token))
        throw Failure(403, u"the bearer token is wrong"_s);
}

void checkOrigin(const http::Request &request)
{
    const QByteArray host = request.head.value("host");
    const QUrl asked(u"//"_s + QString::fromLatin1(host));
    if (!host.isEmpty() && !isLoopback(asked))
        throw Failure(403, u"the Host is not this machine's loopback"_s);
    for (const QByteArray &text : request.head.values("origin")) {
        const QUrl origin(QString::fromLatin1(text));
        const int usual = origin.scheme() == u"https" ? 443 : 80;
        if (!isLoopback(origin) || origin.port(usual) != asked.port(usual))
            throw Failure(403, u"pages of another origin can't ask here"_s);
    }
}

} // namespace openloop
