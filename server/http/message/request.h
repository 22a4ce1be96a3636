// SPDX-License-Identifier: GPL-3.0-or-later
// What a handler is given: one request, whole and checked, and the means to notice that nobody waits any more.
#pragma once

#include "server/http/message/forwarded.h"
#include "server/http/message/request_head.h"
#include "server/http/message/timing.h"
#include "server/http/message/trace.h"

#include <QStringList>

#include <memory>
#include <stop_token>

namespace openloop::http {

/// A value: cheap to copy, safe to keep across awaits.
struct Request {
    RequestHead head;
    QByteArray body;
    QStringList arguments; ///< of the route's `<arg>` places, decoded
    Forwarded from; ///< of who is beyond trusted proxies
    Trace trace;
    std::stop_token stop; ///< requested when the client leaves or the server stops; of no use to who answers at once
    std::shared_ptr<Timing> timing; ///< never null
};

} // namespace openloop::http
