// SPDX-License-Identifier: GPL-3.0-or-later
// One request after another out of what a client sends, each with its body.
#pragma once

#include "server/http/message/failure.h"
#include "server/http/message/request_head.h"
#include "server/http/reading/chunked_body.h"

#include <memory>
#include <utility>

namespace openloop::http {

/// One connection's requests. One thread at a time.
class RequestReader
{
public:
    enum class State {
        Idle, ///< nothing of a request is there
        Head, ///< a part of its head is
        Body, ///< its head is known
        Whole, ///< head() and takeBody() are the request's; read() begins the next one
        Refused, ///< and whatever follows has no meaning
    };

    explicit RequestReader(const Limits &limits) : m_limits(limits) { }

    /// Takes from the beginning of `in` what belongs to the request, and no more.
    State read(QByteArray &in);

    State state() const { return m_state; }
    /// Of a refused request what was read of it, without a method where not even that was.
    const RequestHead &head() const { return m_head; }
    /// Bytes of a body that is not whole and no longer in `in`.
    qsizetype bodySize() const { return m_chunks ? m_chunks->body().size() : 0; }
    /// Once for a request.
    QByteArray takeBody() { return std::exchange(m_body, {}); }
    Failure refusal() const { return {m_status, m_reason}; }

private:
    void refuse(int status, const QString &reason);
    bool readHead(QByteArray &in);
    bool readBody(QByteArray &in);

    const Limits &m_limits;
    State m_state = State::Idle;
    std::unique_ptr<HeadReader> m_headReader; ///< of a head that arrives in pieces
    RequestHead m_head;
    QByteArray m_body;
    std::unique_ptr<ChunkedBody> m_chunks; ///< of a body that has some
    int m_status = 0;
    QString m_reason;
};

} // namespace openloop::http
