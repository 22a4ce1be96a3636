// SPDX-License-Identifier: GPL-3.0-or-later
// Who may ask: the bearer token, and the defences of a service on loopback against pages in a browser.
#pragma once

#include "server/http/message/addresses.h"
#include "server/http/message/cross_origin.h"
#include "server/http/message/request.h"
#include "server/settings/tokens.h"

namespace openloop {

/// Throws Failure 401 without a token and with a wrong one; the health probes and the pages need none, what lists the
/// routes only if privateDocs.
void checkToken(const http::Request &request, const Tokens &tokens, bool privateDocs);

/// Throws Failure 403 if a web page of another origin asks, be it by an image or a link (but to a document), or by a
/// Host that is neither loopback nor one of `allowed`: such a name may lead here only by trickery (DNS rebinding).
/// Where a trusted proxy tells by which Host it was asked, that is judged as well, and is the one that pages must come
/// from. Of health probes and of / no Host is judged. Pages of `others` may ask, by scripts that say so.
void checkOrigin(const http::Request &request, const http::HostNames &allowed, const http::CrossOrigin &others);

} // namespace openloop
