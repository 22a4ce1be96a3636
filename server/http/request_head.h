// SPDX-License-Identifier: GPL-3.0-or-later
// The strict reader of request heads: what it accepts has one meaning only, so nothing can be smuggled past it.
#pragma once

#include "server/http/field.h"
#include "server/http/limits.h"

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
    int status = 0; ///< 400, 413, 417, 431, 501 or 505
    QString reason;
};

/// Reads one request head from the beginning of `bytes` (RFC 9112 sections 2 to 6, without its leniencies).
/// Refused as soon as it can't become valid. A body announced beyond limits.body is refused with 413 here.
/// Pure; any thread.
HeadReading readHead(QByteArrayView bytes, const Limits &limits);

} // namespace openloop::http
