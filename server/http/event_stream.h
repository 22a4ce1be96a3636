// SPDX-License-Identifier: GPL-3.0-or-later
// An answer that goes on: server-sent events, one at a time, no faster than the client takes them.
#pragma once

#include "server/http/message/json.h"

#include <QCoroTask>

#include <memory>

namespace openloop::http {

class Exchange;

/// What a streaming handler writes to (text/event-stream, WHATWG HTML section 9.2). The answer's head goes out with
/// the first event, so that a handler may still fail before; when the handler returns, the answer ends. A handle:
/// cheap to copy.
class EventStream
{
public:
    explicit EventStream(std::shared_ptr<Exchange> exchange) : m_exchange(std::move(exchange)) { }

    /// Sends one event, and returns when the client has room for the next; false: it wants no more, because it left
    /// or asked for the head only.
    QCoro::Task<bool> send(QByteArray event, Json data);

private:
    std::shared_ptr<Exchange> m_exchange;
};

} // namespace openloop::http
