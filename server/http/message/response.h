// SPDX-License-Identifier: GPL-3.0-or-later
// An answer as a value, and its form on the wire.
#pragma once

#include "server/http/message/failure.h"
#include "server/http/message/timing.h"
#include "server/http/message/trace.h"

namespace openloop::http {

struct Response {
    Response() = default;
    Response(const Json &json) : body(json.text()) { }
    Response(int code, QByteArray type, QByteArray content)
        : status(code), contentType(std::move(type)), body(std::move(content))
    {
    }

    int status = 200;
    QByteArray contentType = QByteArrayLiteral("application/json");
    QByteArray body;
    QString failure; ///< what it tells of, for the log; mostly empty
    QList<Field> fields; ///< beyond Date, Content-Type, Content-Length and Connection
};

/// The failure as a problem document (RFC 9457). requestId: what the log calls this request.
Response toResponse(const Failure &failure, QByteArrayView requestId);

/// How an answer leaves the server.
struct Delivery {
    bool withBody = true; ///< false for HEAD
    bool keepAlive = true;
    int minorVersion = 1; ///< of the request, HTTP/1.x
    QByteArrayView date; ///< IMF-fixdate, RFC 9110 section 5.6.7
    QByteArrayView fixedFields; ///< linesOf() what every answer has
    const Timing *timing = nullptr; ///< told as Server-Timing, if there is one
    const Trace &trace;
};

/// The time of day as the Date field wants it. Any thread.
QByteArray currentDate();

/// Appends status line, fields and body. Any thread.
void appendAnswer(QByteArray &out, const Response &response, const Delivery &delivery);

/// Status line and fields of an answer whose body follows as chunks (HTTP/1.1), or until the close. Any thread.
QByteArray streamHead(const Response &response, const Delivery &delivery);

/// The fields as they are sent. Any thread.
QByteArray linesOf(const QList<Field> &fields);

/// One chunk of such a body; an empty one ends it. RFC 9112 section 7.1.
QByteArray toChunk(const QByteArray &bytes);

} // namespace openloop::http
