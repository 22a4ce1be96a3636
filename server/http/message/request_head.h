// SPDX-License-Identifier: GPL-3.0-or-later
// The strict reader of request heads: what it accepts has one meaning only, so nothing can be smuggled past it.
#pragma once

#include "server/http/message/field.h"
#include "server/http/message/limits.h"

#include <QList>
#include <QString>

#include <optional>

namespace openloop::http {

struct RequestHead {
    QByteArray method;
    QByteArray path; ///< still percent-encoded; begins with '/', or is "*" for OPTIONS
    QByteArray query; ///< still percent-encoded, without '?'
    QByteArray authority; ///< of a target in absolute form; it is the Host then
    QList<Field> fields;
    int minorVersion = 1; ///< HTTP/1.x
    qint64 contentLength = 0; ///< 0 as well when there is no such field, or the body is chunked
    bool chunked = false;
    bool keepAlive = true; ///< the client wants to go on with this connection
    bool expectsContinue = false;

    /// Value of the first field of that name (lower case); empty if there is none.
    QByteArray value(QByteArrayView name) const;
    /// Values of all fields of that name, in their order.
    QList<QByteArray> values(QByteArrayView name) const;
};

/// How far a head has come: `head` when it is complete, else `status` and `reason` when it is refused, else
/// more bytes are needed.
struct HeadReading {
    std::optional<RequestHead> head;
    qsizetype length = 0; ///< of the complete head, with its last empty line
    int status = 0; ///< 400, 413, 414, 417, 431, 501 or 505
    QString reason;
};

/// Reads one request head from the beginning of `bytes` (RFC 9112 sections 2 to 6, without its leniencies).
/// Refused as soon as it can't become valid. A body announced beyond limits.body is refused with 413 here.
/// Pure; any thread.
HeadReading readHead(QByteArrayView bytes, const Limits &limits);

/// readHead() of a head that arrives in pieces: however small they are, no line is read twice. A value; for one head.
class HeadReader
{
public:
    /// Goes on where it stopped: `bytes` begins with all that it was given before.
    HeadReading read(QByteArrayView bytes, const Limits &limits);

    /// Bytes that it has looked at, those that it looked at twice counted twice.
    qsizetype examined() const { return m_examined; }

private:
    RequestHead m_head; ///< as far as its lines are whole
    qsizetype m_at = 0; ///< where the line begins that is not whole
    qsizetype m_searched = 0; ///< there is no end of a line between m_at and here
    qsizetype m_examined = 0;
    bool m_requestLineRead = false;
};

} // namespace openloop::http
