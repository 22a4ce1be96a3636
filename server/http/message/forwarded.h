// SPDX-License-Identifier: GPL-3.0-or-later
// Who asks, and by which name, where proxies stand between: read from what those that are trusted have written.
#pragma once

#include "server/http/message/addresses.h"
#include "server/http/message/request_head.h"

namespace openloop::http {

/// A request's origin as far as it is believed. A value.
struct Forwarded {
    QHostAddress client; ///< who asks, without the proxies
    QByteArray host; ///< by which Host the first trusted proxy was asked; empty: by the one in the request
    QByteArray scheme; ///< `http` or `https`, by which it, or else we, were asked; empty: nobody knows
    QByteArray prefix; ///< what it cut off the path, as `/api`: URLs of the service's own begin with it; mostly empty
};

/// Reads Forwarded (RFC 7239) and X-Forwarded-For, -Host, -Proto and -Prefix of a request that a trusted proxy sent.
/// Each proxy adds whom it was asked by, so that they are read from the right: past trusted ones, up to the first that
/// is not, or that is not named by an address (`unknown`, `_hidden`; it is the proxy that said so then). Host, scheme
/// and prefix are those that the same proxy added, or the only ones. What stands further left may be anybody's
/// invention, and does not matter. Where it is malformed, and where both Forwarded and X-Forwarded-For are there and
/// name different clients, nothing is believed: one of them came from the client, and no proxy took it out. peer: who
/// sent the request, in one of the networks; null: by a Unix socket, and so may be the client.
Forwarded readForwarded(const RequestHead &head, const QHostAddress &peer, const Networks &trusted);

} // namespace openloop::http
