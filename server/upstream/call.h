// SPDX-License-Identifier: GPL-3.0-or-later
// One HTTP exchange with the upstream, from its request to the last byte, its deadline or the leaving of its client.
#pragma once

#include <QByteArray>
#include <QFuture>
#include <QNetworkReply>
#include <QObject>
#include <QPromise>

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>

namespace openloop {

/// Deletes itself when it has ended.
class UpstreamCall : public QObject
{
public:
    using Clock = std::chrono::steady_clock;

    enum class End {
        Answered, ///< with any status; body is whole
        NoName, ///< no address is known
        Refused, ///< no connection
        Insecure, ///< the TLS handshake failed, the certificate's check included
        Broke, ///< the connection ended before an answer began
        EndedEarly, ///< the connection ended within the answer
        Malformed, ///< no HTTP, or a head of more than 64 KiB
        TooLarge,
        NotJson, ///< found out by the caller
        TimedOut,
        Left, ///< the client did
        Closed, ///< the service stops
    };

    struct Outcome {
        End end = End::Closed;
        int status = 0;
        QByteArray body;
        QByteArray retryAfter; ///< the field, as it came
        QString why; ///< what is known beyond `end`, for the log
    };

    struct Terms {
        qint64 mostBytes = 0; ///< of the body
        Clock::time_point deadline;
        std::stop_token stop; ///< may be requested from any thread
        std::shared_ptr<const void> keeps; ///< what the reply comes from
        std::function<bool()> mayRepeat; ///< asked when Qt has repeated the request by itself (HTTP/2)
    };

    /// Takes the reply over, and aborts it as soon as one of the terms is broken.
    UpstreamCall(QNetworkReply *reply, Terms terms, QObject *parent);

    QFuture<Outcome> outcome() const { return m_outcome.future(); }

    /// Ends the exchange now. Does nothing if it has ended.
    void finish(End end);

private:
    void read();
    void sent();
    void replyFinished();

    QNetworkReply *m_reply;
    const Terms m_terms;
    QByteArray m_body;
    QPromise<Outcome> m_outcome;
    bool m_sent = false;
    bool m_done = false;
    std::stop_callback<std::function<void()>> m_leaving; // last: it may call until it is destroyed
};

} // namespace openloop
