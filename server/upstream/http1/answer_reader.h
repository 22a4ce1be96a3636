// SPDX-License-Identifier: GPL-3.0-or-later
// The strict reader of answers: where one ends is never guessed, for what follows would be taken as the next one.
#pragma once

#include "server/http/message/field.h"
#include "server/http/reading/chunked_body.h"

#include <QList>

#include <optional>

namespace openloop::http1 {

/// Reads the answer to one GET as it arrives (RFC 9112 sections 4, 6 and 7): any number of 1xx, which are dropped, then
/// a head and its body. Heads are at most 64 KiB, those of 1xx included. A value; one thread.
class AnswerReader
{
public:
    enum class State {
        Incomplete,
        Complete,
        Malformed, ///< no HTTP, or framed in more than one way: the connection is of no use
        TooLarge, ///< the body, or what is announced of it
    };

    /// mostBody: bytes after decoding
    explicit AnswerReader(qsizetype mostBody);

    /// Takes what it can use from the beginning of `bytes`; what it leaves of them belongs to no question.
    State read(QByteArray &bytes);
    /// The upstream has ended the connection: whole only if nothing else says where the body ends.
    State end();

    int status() const { return m_status; } ///< 0 before the head is whole
    const QList<http::Field> &fields() const { return m_fields; }
    const QByteArray &body() const { return m_chunks ? m_chunks->body() : m_body; }
    const QString &reason() const { return m_reason; } ///< why it is malformed
    /// Whether another question may follow on the connection of a complete answer.
    bool keepsAlive() const { return m_keepsAlive; }

private:
    State readHead(QByteArray &bytes);
    State readBody(QByteArray &bytes);
    bool readStatusLine(QByteArrayView line);
    bool readField(QByteArrayView line);
    State headEnds();
    bool readFraming();
    State refuse(const QString &reason);

    const qsizetype m_mostBody;
    int m_status = 0; ///< of the final answer, once its head is whole
    int m_code = 0; ///< of the head that is being read; 0 before its status line
    int m_minorVersion = 1;
    QList<http::Field> m_fields;
    qsizetype m_headBytes = 0;
    qsizetype m_searched = 0; ///< the bytes begin with so many that have no end of a line
    std::optional<qsizetype> m_length;
    std::optional<http::ChunkedBody> m_chunks;
    bool m_keepsAlive = false;
    QByteArray m_body;
    QString m_reason;
};

} // namespace openloop::http1
