// SPDX-License-Identifier: GPL-3.0-or-later
// The line or block by which a proxy of connections says for whom it opened one: PROXY protocol, versions 1 and 2.
#pragma once

#include <QByteArrayView>
#include <QHostAddress>

namespace openloop::http {

/// Bytes of the longest header that is taken.
inline constexpr qsizetype longestProxyHeader = 4096;

struct ProxyHeader {
    enum class State {
        None, ///< the bytes begin with something else
        Incomplete, ///< more of them will tell
        Malformed, ///< nothing that follows has a meaning
        Complete,
    };

    State state = State::None;
    qsizetype length = 0; ///< of a complete one, all that belongs to it included
    QHostAddress source; ///< whose connection it is; null: the proxy's own, or of a kind without an address
};

/// Reads the header at the beginning of a connection
/// (https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt): the source of TCP over IPv4 and IPv6; LOCAL, UNKNOWN,
/// UNSPEC and Unix sockets have none; what TLVs say is skipped. Pure; any thread.
ProxyHeader readProxyHeader(QByteArrayView bytes);

} // namespace openloop::http
