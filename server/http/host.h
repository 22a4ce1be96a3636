// SPDX-License-Identifier: GPL-3.0-or-later
// What a Connection asks of the place where it lives, and no more.
#pragma once

#include "server/http/message/limits.h"

#include <QByteArray>

#include <optional>

namespace openloop::http {

class Connection;
class Failure;
class Networks;
struct Finished;
struct Request;
class RequestHead;
class Turns;

/// Outlives its connections. The thread of the event loop.
class Host
{
public:
    virtual const Limits &limits() const = 0;
    virtual Turns &turns() = 0;

    /// Where proxies are that are believed whom they speak for.
    virtual const Networks &proxies() const = 0;

    /// The connection has released a request: it is answered at once, or taken by Connection::takeRequest(). One for
    /// which neither is done is refused with 500.
    virtual void handle(Connection &connection) = 0;

    /// Why a request is refused whose head is there, and whose body is not; nothing: it may come.
    virtual std::optional<Failure> objectionTo(const Request &request) const = 0;
    /// The sum of BodyRoom.
    virtual qsizetype &bodies() = 0;

    /// The wire is gone and no exchange is open: nothing more will happen there, and it is about to be deleted.
    virtual void forget(Connection *connection) = 0;

    /// A request was refused before it was whole.
    virtual void noteRefusal(const Finished &refused) const = 0;

    /// Empty; to write an answer into that is sent before the next one is written. Its memory is used again and again.
    virtual QByteArray &scratch() = 0;

    /// The Date field of an answer.
    virtual const QByteArray &date() const = 0;
    /// Lines that every answer to such a request has.
    virtual const QByteArray &fixedFields(const RequestHead &head) const = 0;
    /// Whether answers carry Server-Timing.
    virtual bool showsTiming() const = 0;

protected:
    ~Host() = default;
};

} // namespace openloop::http
