// SPDX-License-Identifier: GPL-3.0-or-later
// Line by line; the first that is wrong decides.
#include "gui/probe/headless/always_on/scrape_request.h"

#include <QHostAddress>
#include <QRegularExpression>
#include <QString>

#include <algorithm>
#include <cstring>
#include <optional>

namespace openloop::probe {

namespace {

bool isTokenCharacter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9')
        || (byte != '\0' && std::strchr("!#$%&'*+-.^_`|~", byte) != nullptr);
}

bool isToken(QByteArrayView text)
{
    return !text.isEmpty() && std::ranges::all_of(text, isTokenCharacter);
}

bool isVisible(QByteArrayView text)
{
    return std::ranges::all_of(text,
                               [](char byte) { return byte == '\t' || (byte >= ' ' && byte != 0x7f) || byte < 0; });
}

ScrapeRequest refused(int status)
{
    ScrapeRequest request;
    request.status = status;
    request.keepAlive = false;
    return request;
}

/// Without the port; brackets go. Nothing: no host is called so.
std::optional<QByteArray> hostOf(const QByteArray &authority)
{
    static const QRegularExpression form(QStringLiteral("^(?:\\[([0-9A-Fa-f:.]+)\\]|([A-Za-z0-9._-]*))(?::[0-9]*)?$"));
    const auto match = form.match(QString::fromLatin1(authority));
    if (!match.hasMatch())
        return {};
    return (match.captured(1) + match.captured(2)).toLatin1();
}

/// False: no request line. 505 is its status where only the version is wrong.
bool readLine(const QByteArray &line, ScrapeRequest &request)
{
    const auto words = line.split(' ');
    if (words.size() != 3 || !isToken(words[0]) || !words[1].startsWith('/') || !isVisible(words[1]))
        return false;
    request.method = words[0];
    request.path = words[1].left(words[1].contains('?') ? words[1].indexOf('?') : words[1].size());
    request.keepAlive = words[2] == "HTTP/1.1";
    if (!request.keepAlive && words[2] != "HTTP/1.0")
        request.status = 505;
    return words[2].startsWith("HTTP/");
}

} // namespace

ScrapeRequest readScrapeRequest(QByteArrayView head)
{
    auto lines = head.toByteArray().split('\n');
    for (qsizetype i = 0; i + 1 < lines.size(); ++i) {
        if (!lines[i].endsWith('\r'))
            return refused(400); // a bare line feed
        lines[i].chop(1);
    }
    ScrapeRequest request;
    const bool isOld = lines.first().endsWith(" HTTP/1.0");
    if (!readLine(lines.first(), request))
        return refused(400);
    int hosts = 0, authorizations = 0;
    bool hasBody = false;
    for (const auto &line : lines.sliced(1)) {
        const auto colon = line.indexOf(':');
        if (colon < 1 || !isToken(QByteArrayView(line).first(colon)) || !isVisible(line))
            return refused(400);
        const auto name = line.left(colon).toLower();
        const auto value = line.mid(colon + 1).trimmed();
        if (name == "host") {
            ++hosts;
            const auto host = hostOf(value);
            if (!host)
                return refused(400);
            request.host = *host;
        } else if (name == "authorization") {
            ++authorizations;
            if (value.left(7).toLower() == "bearer ")
                request.token = value.mid(7).trimmed();
        } else if (name == "connection") {
            if (value.toLower() == "close")
                request.keepAlive = false;
        } else if (name == "transfer-encoding" || (name == "content-length" && value != "0")) {
            hasBody = true;
        }
    }
    if (request.status != 200)
        return refused(request.status);
    if (hosts > 1 || (hosts == 0 && !isOld) || authorizations > 1)
        return refused(400);
    if (request.method != "GET" && request.method != "HEAD")
        return refused(405);
    return hasBody ? refused(413) : request;
}

bool equalInConstantTime(QByteArrayView given, QByteArrayView wanted)
{
    unsigned difference = given.size() == wanted.size() && !wanted.isEmpty() ? 0 : 1;
    for (qsizetype i = 0; i < given.size() && !wanted.isEmpty(); ++i)
        difference |= unsigned(given[i] ^ wanted[i % wanted.size()]);
    return difference == 0;
}

bool isLoopbackName(const QByteArray &host)
{
    return host.toLower() == "localhost" || QHostAddress(QString::fromLatin1(host)).isLoopback();
}

} // namespace openloop::probe
