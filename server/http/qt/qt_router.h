// SPDX-License-Identifier: GPL-3.0-or-later
// QHttpServer as a Router. The only room that knows it, and so all that differs between versions of Qt.
#pragma once

#include "server/http/router.h"

#include <memory>

namespace openloop::http {

/// A router for the calling thread, which has an event loop. Throws std::system_error.
std::unique_ptr<Router> makeQtRouter();

} // namespace openloop::http
