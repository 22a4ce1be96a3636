// SPDX-License-Identifier: GPL-3.0-or-later
// Decodes a chunked request body as it arrives, strictly and within bounds.
#pragma once

#include "server/http/message/limits.h"

#include <QByteArray>
#include <QString>

namespace openloop::http {

/// Decoder of one chunked body (RFC 9112 section 7.1); extensions and trailers are checked and dropped.
/// One thread at a time.
class ChunkedBody
{
public:
    enum class State { Incomplete, Complete, Refused };

    explicit ChunkedBody(const Limits &limits) : m_limits(limits) { }

    /// Takes what it can use from the beginning of `bytes`; what it leaves belongs to the next request.
    State read(QByteArray &bytes);

    const QByteArray &body() const { return m_body; }
    int status() const { return m_status; } ///< 400, 413 or 431 when refused
    const QString &reason() const { return m_reason; }

private:
    enum class Part { Size, Data, DataEnd, Trailer };

    State refuse(int status, const QString &reason);
    State readLine(QByteArrayView line);
    bool readSize(QByteArrayView line);

    Limits m_limits;
    Part m_part = Part::Size;
    qsizetype m_left = 0; ///< of the current chunk
    qsizetype m_trailerBytes = 0;
    QByteArray m_body;
    int m_status = 0;
    QString m_reason;
};

} // namespace openloop::http
