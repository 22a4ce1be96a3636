// SPDX-License-Identifier: GPL-3.0-or-later
// Whom an exchange answers: a connection, or what stands for one that another loop has.
#pragma once

#include "server/http/message/limits.h"
#include "server/loop/async_event.h"

#include <QByteArray>

#include <stop_token>

namespace openloop::http {

struct Response;

/// The thread of the loop on which the handler runs.
class Asker
{
public:
    /// Of the open exchange: requested when the client leaves or does not read any more, or when the time for answers
    /// is over. Asked for once.
    virtual std::stop_token stopToken() = 0;
    /// Requests it if the client has left already, or the time for answers is over.
    virtual void stopIfDue() = 0;
    /// Whether the stop is the server's own: who asked is still there, and is to be told.
    virtual bool isDismissed() const = 0;

    /// Ends the exchange: sends the answer, if anybody is still there.
    virtual void answer(const Response &response) = 0;

    /// Begins an answer that goes on until finishStream(); the exchange stays open meanwhile.
    virtual void beginStream(const Response &response) = 0;
    virtual void writeStream(const QByteArray &bytes) = 0;
    virtual void finishStream() = 0;
    /// Whether the client has taken enough of the stream to be given more; roomMade() notifies when it has.
    virtual bool hasRoom() const = 0;
    virtual AsyncEvent &roomMade() = 0;

    /// Cuts the wire and cancels the exchange.
    virtual void cut() = 0;

    virtual const Limits &limits() const = 0;

protected:
    ~Asker() = default;
};

} // namespace openloop::http
