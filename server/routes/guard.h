// SPDX-License-Identifier: GPL-3.0-or-later
// Who may ask: the bearer token, and the defences of a service on loopback against pages in a browser.
#pragma once

#include "server/http/message/addresses.h"
#include "server/http/message/cross_origin.h"
#include "server/http/message/request.h"

#include <QByteArray>

namespace openloop {

/// Throws Failure 401 without the token and with a wrong one; the health probes and the pages need none, what lists the
/// routes only if privateDocs. Compares in constant time.
void checkToken(const http::Request &request, const QByteArray &token, bool privateDocs);

/// Throws Failure 403 if a web page of another origin asks, be it by an image or a link (but to a document), or by a
/// Host that is neither loopback nor one of `allowed`: such a name may lead here only by trickery (DNS rebinding).
/// Where a trusted proxy tells by which Host it was asked, that is judged as well, and is the one that pages must come
/// from. Of health probes and of / no Host is judged. Pages of `others` may ask, by scripts that say so.
void checkOrigin(const http::Request &request, const http::HostNames &allowed, const http::CrossOrigin &others);

} // namespace openloop
