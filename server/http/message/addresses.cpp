// SPDX-License-Identifier: GPL-3.0-or-later
// inet_pton reads addresses: it knows one form of each. Networks are compared bit by bit, as IPv6.
#include "server/http/message/addresses.h"

#include "server/http/message/characters.h"

#include <QUrl>

#include <algorithm>
#include <array>
#include <span>

#include <arpa/inet.h>

using namespace Qt::Literals::StringLiterals;

namespace openloop::http {

namespace {

constexpr qsizetype longestName = 253;
constexpr qsizetype longestLabel = 63;

// Decimal digits without a sign, and without a zero before them.
std::optional<int> readNumber(QByteArrayView text, int most)
{
    const bool isWritten = !text.isEmpty() && text.size() <= 5 && allOf(text, isDigit);
    if (!isWritten || (text.size() > 1 && text[0] == '0'))
        return {};
    const int number = text.toInt();
    return number <= most ? std::optional(number) : std::nullopt;
}

bool isLabelCharacter(char c)
{
    return isAlpha(c) || isDigit(c) || c == '-' || c == '_'; // the last is in names that containers have
}

bool isName(QByteArrayView text)
{
    if (text.size() > longestName)
        return false;
    for (;;) {
        const qsizetype dot = text.indexOf('.');
        const QByteArrayView label = dot < 0 ? text : text.first(dot);
        if (label.isEmpty() || label.size() > longestLabel || !allOf(label, isLabelCharacter))
            return false;
        if (dot < 0)
            return true;
        text = text.sliced(dot + 1);
    }
}

constexpr std::array<quint8, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// As Qt has it, but for 0.0.0.0, which it takes for ::.
Q_IPV6ADDR toSix(const QHostAddress &address)
{
    Q_IPV6ADDR six = address.toIPv6Address();
    if (address.protocol() == QAbstractSocket::IPv4Protocol)
        std::ranges::copy(mapped, six.c);
    return six;
}

} // namespace

std::optional<QHostAddress> readAddress(QByteArrayView text)
{
    if (text.isEmpty() || text.size() >= INET6_ADDRSTRLEN)
        return {};
    const QByteArray terminated = text.toByteArray();
    in_addr four{};
    if (::inet_pton(AF_INET, terminated.constData(), &four) == 1)
        return QHostAddress(ntohl(four.s_addr));
    in6_addr six{};
    if (::inet_pton(AF_INET6, terminated.constData(), &six) == 1)
        return withoutMapping(QHostAddress(six.s6_addr));
    return {};
}

QHostAddress withoutMapping(const QHostAddress &address)
{
    const Q_IPV6ADDR six = address.toIPv6Address();
    return std::ranges::equal(mapped, std::span(six.c).first<12>()) ? QHostAddress(address.toIPv4Address()) : address;
}

bool Networks::add(QByteArrayView text)
{
    if (text == QByteArrayView("unix:"))
        return m_holdsUnix = true;
    const qsizetype slash = text.indexOf('/');
    const auto address = readAddress(slash < 0 ? text : text.first(slash));
    if (!address)
        return false;
    const int most = address->protocol() == QAbstractSocket::IPv4Protocol ? 32 : 128;
    const auto bits = slash < 0 ? std::optional(most) : readNumber(text.sliced(slash + 1), most);
    if (bits)
        m_networks.append({toSix(*address), 128 - most + *bits});
    return bits.has_value();
}

bool Networks::holds(const QHostAddress &address) const
{
    if (address.isNull())
        return m_holdsUnix;
    const Q_IPV6ADDR asked = toSix(address);
    return std::ranges::any_of(m_networks, [&asked](const Network &network) {
        const int bytes = network.bits / 8;
        const int rest = network.bits % 8;
        return std::equal(asked.c, asked.c + bytes, network.address.c)
            && (rest == 0 || (asked[bytes] ^ network.address[bytes]) >> (8 - rest) == 0);
    });
}

std::optional<Authority> readAuthority(QByteArrayView text)
{
    const bool isBracketed = text.startsWith('[');
    const qsizetype end = isBracketed ? text.indexOf(']') + 1 : text.indexOf(':');
    if (isBracketed && end == 0)
        return {};
    QByteArrayView host = end < 0 ? text : text.first(end);
    const QByteArrayView rest = text.sliced(host.size());
    Authority authority;
    if (rest.size() > 1) { // a colon without a port is allowed
        const auto port = readNumber(rest.sliced(1), 65'535);
        if (!port)
            return {};
        authority.port = quint16(*port);
    }
    if (!rest.isEmpty() && rest[0] != ':')
        return {};
    if (isBracketed) {
        host = host.sliced(1, host.size() - 2);
        const auto address = host.contains(':') ? readAddress(host) : std::nullopt;
        if (!address)
            return {};
        authority.host = address->toString().toLatin1();
        return authority;
    }
    if (host.endsWith('.'))
        host = host.chopped(1);
    if (!isName(host))
        return {};
    authority.host = host.toByteArray().toLower();
    return authority;
}

bool isLoopbackHost(QByteArrayView host)
{
    if (host == QByteArrayView("localhost"))
        return true;
    const auto address = readAddress(host);
    return address && address->isLoopback();
}

bool HostNames::add(const QString &text)
{
    const bool isEnd = text.startsWith(u"*.");
    const QString name = isEnd ? text.sliced(2) : text;
    const bool isAscii = std::ranges::all_of(name, [](QChar c) { return c.unicode() < 0x80; });
    QByteArray host = isAscii ? name.toLatin1() : QUrl::toAce(name);
    if (host.count(':') > 1 && !host.startsWith('[')) // IPv6
        host = '[' + host + ']';
    const auto authority = readAuthority(host);
    const bool hasPort = authority && (authority->port || host.endsWith(':'));
    if (!authority || hasPort || (isEnd && readAddress(authority->host)))
        return false;
    m_names.append(isEnd ? '.' + authority->host : authority->host);
    return true;
}

bool HostNames::contains(QByteArrayView host) const
{
    return std::ranges::any_of(m_names, [host](const QByteArray &name) {
        return name.startsWith('.') ? host.size() > name.size() && host.endsWith(name) : host == name;
    });
}

} // namespace openloop::http
