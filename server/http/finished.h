// SPDX-License-Identifier: GPL-3.0-or-later
// What metrics and access log are told of a request at its end.
#pragma once

#include "server/http/message/request.h"

namespace openloop::http {

/// What is known of a request when its answer has been given; lasts no longer than the call that tells it.
struct Finished {
    const Request &request; ///< as far as it was read, where it was refused before it was whole
    const QString &route; ///< its name, "/factorizations/{id}"; empty for a path that leads nowhere
    const QString &detail; ///< why it failed, as the client is told; mostly empty
    int status = 0; ///< 499: the client left first
    qint64 bytes = 0; ///< of the answer's body
    Timing::Clock::duration time{}; ///< from the whole request to the answer's hand-over (of a stream: its end)
    bool isStream = false; ///< it lasted as long as the client wanted
};

} // namespace openloop::http
