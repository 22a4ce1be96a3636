// SPDX-License-Identifier: GPL-3.0-or-later
// Which version it is stands at the beginning; a line of text is split, a block is as long as it says.
#include "server/http/message/proxy_header.h"

#include "server/http/message/addresses.h"
#include "server/http/message/characters.h"

#include <QtEndian>

namespace openloop::http {

namespace {

using State = ProxyHeader::State;

constexpr QByteArrayView lineBegin("PROXY ");
constexpr qsizetype longestLine = 107; // with its end
constexpr QByteArrayView blockBegin("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr qsizetype blockHead = 16; // signature, version and command, family, length

bool mayBecome(QByteArrayView bytes, QByteArrayView begin)
{
    const qsizetype known = qMin(bytes.size(), begin.size());
    return bytes.first(known) == begin.first(known);
}

bool isPort(QByteArrayView text)
{
    const bool isWritten = !text.isEmpty() && text.size() <= 5 && allOf(text, isDigit);
    return isWritten && (text.size() == 1 || text[0] != '0') && text.toInt() <= 65'535;
}

ProxyHeader readLine(QByteArrayView bytes)
{
    const QByteArrayView begin = bytes.first(qMin(bytes.size(), longestLine));
    const qsizetype end = begin.indexOf("\r\n");
    if (end < 0)
        return {begin.size() < longestLine ? State::Incomplete : State::Malformed, 0, {}};
    const QList<QByteArray> words = begin.first(end).toByteArray().split(' ');
    if (words[1] == "UNKNOWN")
        return {State::Complete, end + 2, {}};
    const auto protocol = words[1] == "TCP4" ? QAbstractSocket::IPv4Protocol : QAbstractSocket::IPv6Protocol;
    if (words.size() != 6 || (words[1] != "TCP4" && words[1] != "TCP6") || !isPort(words[4]) || !isPort(words[5]))
        return {State::Malformed, 0, {}};
    const auto isOfProtocol = [protocol](const QByteArray &word) {
        return readAddress(word) && word.contains(':') == (protocol == QAbstractSocket::IPv6Protocol);
    };
    if (!isOfProtocol(words[2]) || !isOfProtocol(words[3]))
        return {State::Malformed, 0, {}};
    return {State::Complete, end + 2, *readAddress(words[2])};
}

ProxyHeader readBlock(QByteArrayView bytes)
{
    enum Family { Unspecified, Four, Six, Unix };
    constexpr std::array<qsizetype, 4> sizes{0, 12, 36, 216}; // of both addresses, and of the ports

    if (bytes.size() < blockHead)
        return {State::Incomplete, 0, {}};
    const auto kind = quint8(bytes[12]); // version and command
    const auto addresses = quint8(bytes[13]); // family and transport
    const int family = addresses >> 4;
    const qsizetype length = blockHead + qFromBigEndian<quint16>(bytes.data() + 14);
    constexpr quint8 local = 0x20;
    constexpr quint8 proxy = 0x21;
    if ((kind != local && kind != proxy) || family > Unix || (addresses & 0xf) > 2 || length > longestProxyHeader)
        return {State::Malformed, 0, {}};
    if (kind == proxy && length < blockHead + sizes[std::size_t(family)])
        return {State::Malformed, 0, {}};
    if (bytes.size() < length)
        return {State::Incomplete, 0, {}};
    const char *const source = bytes.data() + blockHead;
    if (kind == proxy && family == Four)
        return {State::Complete, length, QHostAddress(qFromBigEndian<quint32>(source))};
    if (kind == proxy && family == Six)
        return {State::Complete, length, withoutMapping(QHostAddress(reinterpret_cast<const quint8 *>(source)))};
    return {State::Complete, length, {}};
}

} // namespace

ProxyHeader readProxyHeader(QByteArrayView bytes)
{
    const bool mayBeLine = mayBecome(bytes, lineBegin);
    const bool mayBeBlock = mayBecome(bytes, blockBegin);
    if (!mayBeLine && !mayBeBlock)
        return {};
    if (mayBeLine && bytes.size() > lineBegin.size())
        return readLine(bytes);
    if (mayBeBlock && bytes.size() > blockBegin.size())
        return readBlock(bytes);
    return {State::Incomplete, 0, {}};
}

} // namespace openloop::http
