// SPDX-License-Identifier: GPL-3.0-or-later
// An answer that goes on: server-sent events, one at a time, no faster than the client takes them.
#pragma once

#include "server/http/message/json.h"

#include <QCoroTask>

#include <memory>

namespace openloop::http {

class Exchange;

/// What a streaming handler writes to (text/event-stream, WHATWG HTML section 9.2). The answer's head goes out with
/// the first event or comment, so that a handler may still fail before; when the handler returns, the answer ends, as
/// 204 if nothing was said: that tells an EventSource to ask no more, as any other status but 200 does. A handle: cheap
/// to copy.
class EventStream
{
public:
    explicit EventStream(std::shared_ptr<Exchange> exchange) : m_exchange(std::move(exchange)) { }

    /// Sends one event, and returns when the client has room for the next; false: it wants no more, because it left
    /// or asked for the head only. id: what the client says as Last-Event-ID when it comes back.
    QCoro::Task<bool> send(QByteArray id, QByteArray event, Json data);

    /// Sends what no page is told, but shows that the stream lives; returns as `send` does.
    QCoro::Task<bool> comment();

private:
    QCoro::Task<bool> write(QByteArray lines);

    std::shared_ptr<Exchange> m_exchange;
};

} // namespace openloop::http
