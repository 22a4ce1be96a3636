// SPDX-License-Identifier: GPL-3.0-or-later
// Writes origins as browsers do (RFC 6454 section 6.2), and names what a page may send and read.
#include "server/http/message/cross_origin.h"

#include "server/http/message/addresses.h"
#include "server/http/message/characters.h"
#include "server/http/message/response.h"

#include <QUrl>

#include <algorithm>

namespace openloop::http {

namespace {

// Whatever a route answers or reads beyond what every page may send and read anyway.
const QByteArray methods = "GET, HEAD, POST, DELETE";
const QByteArray askingFields =
    "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, Prefer, X-Request-Id, traceparent";
const QByteArray answeringFields = "Allow, Link, Location, Preference-Applied, Retry-After, Server-Timing, "
                                   "WWW-Authenticate, X-Request-Id, traceparent";
const QByteArray longestTrust = "7200"; // seconds for which a preflight is remembered; Chromium's most

} // namespace

bool CrossOrigin::add(const QString &text)
{
    const qsizetype end = text.indexOf(u"://");
    const QByteArray scheme = text.first(qMax(end, qsizetype(0))).toLatin1().toLower();
    if (scheme != "http" && scheme != "https")
        return false;
    const QString place = text.sliced(end + 3);
    const bool isAscii = std::ranges::all_of(place, [](QChar c) { return c.unicode() < 0x80; });
    const qsizetype colon = isAscii ? -1 : place.indexOf(u':');
    const QByteArray host = isAscii ? place.toLatin1()
                                    : QUrl::toAce(place.first(colon < 0 ? place.size() : colon))
            + (colon < 0 ? QByteArray() : place.sliced(colon).toLatin1());
    const auto authority = readAuthority(host);
    if (!authority || host.endsWith(':'))
        return false;
    QByteArray origin =
        scheme + "://" + (authority->host.contains(':') ? '[' + authority->host + ']' : authority->host);
    const int usual = scheme == "https" ? 443 : 80;
    if (authority->port && *authority->port != usual)
        origin += ':' + QByteArray::number(*authority->port);
    m_origins.append(origin);
    return true;
}

bool CrossOrigin::allows(QByteArrayView origin) const
{
    return std::ranges::any_of(m_origins, [origin](const QByteArray &allowed) { return origin == allowed; });
}

bool CrossOrigin::isPreflight(const RequestHead &head) const
{
    return !isEmpty() && head.method() == "OPTIONS" && !head.value("access-control-request-method").isEmpty()
        && allows(head.value("origin"));
}

namespace {

QList<Field> fieldsFor(const QByteArray &origin, bool preflight)
{
    const Field allowed{"Access-Control-Allow-Origin", origin};
    if (!preflight)
        return {allowed, {"Access-Control-Expose-Headers", answeringFields}};
    return {allowed,
            {"Access-Control-Allow-Methods", methods},
            {"Access-Control-Allow-Headers", askingFields},
            {"Access-Control-Max-Age", longestTrust}};
}

} // namespace

// What an answer is like depends on the page, also where none asked: a cache must know.
FixedFields::FixedFields(QList<Field> fields, CrossOrigin others) : m_others(std::move(others))
{
    if (!m_others.isEmpty())
        fields.append(Field{"Vary", "Origin"});
    m_lines = linesOf(fields);
    for (const QByteArray &origin : m_others.origins())
        m_pages.insert(origin,
                       {m_lines + linesOf(fieldsFor(origin, false)), m_lines + linesOf(fieldsFor(origin, true))});
}

const QByteArray &FixedFields::linesForPage(const RequestHead &head) const
{
    const auto page = m_pages.constFind(asKey(head.value("origin")));
    if (page == m_pages.constEnd())
        return m_lines;
    return m_others.isPreflight(head) ? page->preflight : page->usual;
}

} // namespace openloop::http
