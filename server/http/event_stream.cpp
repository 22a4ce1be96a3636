// SPDX-License-Identifier: GPL-3.0-or-later
// The head is sent before the first event, each event in one write.
#include "server/http/event_stream.h"

#include "server/http/exchange.h"

namespace openloop::http {

namespace {

// How long a browser waits before it comes back; by itself it waits 3 to 5 s. A second is short for people, and a
// server that is away is not asked more often than that.
const QByteArray retry = "retry: 1000\n\n";

} // namespace

QCoro::Task<bool> EventStream::send(QByteArray id, QByteArray event, Json data)
{
    const QByteArray lines = "id: " + id + "\nevent: " + event + "\ndata: " + data.text() + "\n\n";
    co_return co_await write(lines);
}

QCoro::Task<bool> EventStream::comment()
{
    return write(":\n\n");
}

QCoro::Task<bool> EventStream::write(QByteArray lines)
{
    if (!m_exchange->isStreaming()) {
        Response head(200, "text/event-stream", {});
        head.fields.append(Field{"Cache-Control", "no-store"});
        head.fields.append(Field{"X-Accel-Buffering", "no"}); // nginx keeps what it passes on until it has 4 KiB
        m_exchange->beginStream(head);
        lines.prepend(retry);
    }
    m_exchange->write(lines);
    co_return co_await m_exchange->roomToWrite();
}

} // namespace openloop::http
