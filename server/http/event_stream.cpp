// SPDX-License-Identifier: GPL-3.0-or-later
// The head is sent before the first event, each event in one write.
#include "server/http/event_stream.h"

#include "server/http/exchange.h"

namespace openloop::http {

QCoro::Task<bool> EventStream::send(QByteArray event, Json data)
{
    if (!m_exchange->isStreaming()) {
        Response head(200, "text/event-stream", {});
        head.fields.append(Field{"Cache-Control", "no-store"});
        m_exchange->beginStream(head);
    }
    m_exchange->write("event: " + event + "\ndata: " + data.text() + "\n\n");
    co_return co_await m_exchange->roomToWrite();
}

} // namespace openloop::http
