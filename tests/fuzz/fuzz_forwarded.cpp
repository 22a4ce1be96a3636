// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as what comes with a connection of a trusted proxy: whatever a client invents, it is nobody but itself.
#include "server/http/message/forwarded.h"
#include "server/http/message/proxy_header.h"
#include "tests/fuzz/fuzz.h"

using namespace openloop::http;
using openloop::fuzz::require;

namespace {

using State = ProxyHeader::State;

const QHostAddress peer(QStringLiteral("127.0.0.1"));
const QHostAddress client(QStringLiteral("203.0.113.77"));

// Until it is known what it is, nothing is said of it, and afterwards nothing else.
void readHeader(QByteArrayView bytes)
{
    const ProxyHeader whole = readProxyHeader(bytes);
    require(whole.length <= bytes.size() && whole.length <= longestProxyHeader);
    require((whole.length > 0) == (whole.state == State::Complete));
    require(whole.source.isNull() || whole.state == State::Complete);
    require(whole.state != State::Incomplete || bytes.size() < longestProxyHeader);
    for (qsizetype size = 0; size < qMin(bytes.size(), longestProxyHeader + 1); ++size) {
        const ProxyHeader begin = readProxyHeader(bytes.first(size));
        require(begin.state == State::Incomplete || begin.state == whole.state);
        require(begin.state != State::Complete || (size >= whole.length && begin.length == whole.length));
    }
}

// fields: `name: value`, a line each.
RequestHead headOf(const QByteArray &fields)
{
    RequestHead head;
    for (const QByteArray &line : fields.split('\n')) {
        const qsizetype colon = line.indexOf(':');
        if (colon > 0)
            head.addField(line.first(colon).toLower(), line.sliced(colon + 1).trimmed());
    }
    return head;
}

void readFields(const QByteArray &fields)
{
    Networks trusted;
    require(trusted.add("127.0.0.1") && trusted.add("10.0.0.0/8"));
    const auto readWith = [&](const char *name, const char *value) {
        RequestHead head = headOf(fields);
        head.addField(name, value);
        return readForwarded(head, peer, trusted);
    };
    for (const Forwarded &told :
         {readForwarded(headOf(fields), peer, trusted), readWith("x-forwarded-for", "203.0.113.77"),
          readWith("forwarded", "for=203.0.113.77")}) {
        require(!told.client.isNull() && told.client == withoutMapping(told.client));
        require(told.scheme.isEmpty() || told.scheme == "http" || told.scheme == "https");
        require(told.prefix.isEmpty() || (told.prefix.startsWith('/') && !told.prefix.startsWith("//")));
        for (const char c : told.prefix)
            require(c > ' ' && c < 0x7f && c != '?' && c != '#' && c != '\\');
    }
    // What the proxy adds decides: it is that client, or, where something beside it makes no sense, the proxy.
    for (const Forwarded &told :
         {readWith("x-forwarded-for", "203.0.113.77"), readWith("forwarded", "for=203.0.113.77")})
        require(told.client == client || told.client == peer);
}

void readName(QByteArrayView text)
{
    const auto authority = readAuthority(text);
    if (!authority)
        return;
    require(!authority->host.isEmpty() && authority->host == authority->host.toLower());
    const bool isSix = authority->host.contains(':');
    const auto again = readAuthority(isSix ? '[' + authority->host + ']' : authority->host);
    require(again && again->host == authority->host && !again->port);
    HostNames names;
    require(names.add(QString::fromLatin1(authority->host)) && names.contains(authority->host));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QByteArray bytes = openloop::fuzz::bytesOf(data, size);
    readHeader(bytes);
    readFields(bytes);
    readName(bytes);
    Networks networks;
    if (networks.add(bytes)) { // who comes by our Unix socket has no address
        const bool isUnix = bytes == "unix:";
        const auto address = readAddress(bytes.first(bytes.indexOf('/') < 0 ? bytes.size() : bytes.indexOf('/')));
        require(isUnix != address.has_value() && networks.contains(address.value_or(QHostAddress())));
        require(networks.contains(QHostAddress()) == isUnix);
    }
    return 0;
}
