// SPDX-License-Identifier: GPL-3.0-or-later
// See guard.h.
#include "server/guard.h"

#include "common/endpoints.h"
#include "server/http/failure.h"

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

bool isLoopbackName(const QString &host)
{
    return host == u"localhost" || QHostAddress(host).isLoopback();
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
    if (!host.isEmpty() && !isLoopbackName(QUrl(u"http://"_s + QString::fromLatin1(host)).host()))
        throw Failure(403, u"the Host is not this machine's loopback"_s);
    const QByteArray origin = request.head.value("origin");
    if (!origin.isEmpty() && !isLoopbackName(QUrl(QString::fromLatin1(origin)).host()))
        throw Failure(403, u"pages of another origin can't ask here"_s);
}

} // namespace openloop
