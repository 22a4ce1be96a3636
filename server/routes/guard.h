// SPDX-License-Identifier: GPL-3.0-or-later
// Who may ask: the bearer token, and the defences of a service on loopback against pages in a browser.
#pragma once

#include "server/http/message/request.h"

#include <QByteArray>

namespace openloop {

/// Throws Failure 401 without the token, 403 with a wrong one; the health probes need none. Compares in constant time.
void checkToken(const http::Request &request, const QByteArray &token);

/// Throws Failure 403 if a web page of another origin asks, or if the Host is a name that leads to loopback only by
/// trickery (DNS rebinding). For servers on loopback.
void checkOrigin(const http::Request &request);

} // namespace openloop
