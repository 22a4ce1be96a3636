// SPDX-License-Identifier: GPL-3.0-or-later
// Socket activation: systemd listens, starts the program when somebody comes, and hands its socket over.
#pragma once

#include "server/http/listening_socket.h"

#include <optional>

namespace openloop {

/// The socket that was handed over to this process (sd_listen_fds(3)): one of TCP or Unix that listens; nothing where
/// none was. Takes LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES out of the environment. Throws StartFailure if there are
/// several, or one that does not listen for connections. Once, on the main thread.
std::optional<http::ListeningSocket> handedOverSocket();

} // namespace openloop
