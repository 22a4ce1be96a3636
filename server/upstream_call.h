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
#include <stop_token>

namespace openloop {

/// Deletes itself when it has ended.
class UpstreamCall : public QObject
{
public:
    using Clock = std::chrono::steady_clock;

    enum class End {
        Answered, ///< with any status; body is whole
        Refused, ///< no connection
        Broke, ///< the connection ended before an answer began
        EndedEarly, ///< the connection ended within the answer
        TooLarge,
        TimedOut,
        Left, ///< the client did
        Closed, ///< the service stops
    };

    struct Outcome {
        End end = End::Closed;
        int status = 0;
        QByteArray body;
    };

    /// Takes the reply over. It is aborted at the deadline, when `stop` is requested (from any thread), or when the
    /// body exceeds mostBytes; `ended` is called before the outcome is there.
    UpstreamCall(QNetworkReply *reply, qint64 mostBytes, Clock::time_point deadline, const std::stop_token &stop,
                 std::function<void()> ended, QObject *parent);

    QFuture<Outcome> outcome() const { return m_outcome.future(); }

    /// Ends the exchange now. Does nothing if it has ended.
    void finish(End end);

private:
    void read();
    void replyFinished();

    QNetworkReply *m_reply;
    const qint64 m_mostBytes;
    const std::function<void()> m_ended;
    QByteArray m_body;
    QPromise<Outcome> m_outcome;
    bool m_done = false;
    std::stop_callback<std::function<void()>> m_leaving; // last: it may call until it is destroyed
};

} // namespace openloop
