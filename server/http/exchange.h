// SPDX-License-Identifier: GPL-3.0-or-later
// One request and the duty to answer it: once, or as a stream with one end.
#pragma once

#include "server/http/connection.h"
#include "server/http/finished.h"
#include "server/loop/async_event.h"

#include <QPointer>

#include <exception>

namespace openloop::http {

/// What all exchanges of an app share.
struct Ledger {
    int inFlight = 0;
    FinishObservers observers;
};

/// Movable; an exchange that is dropped is answered 500. The thread of the event loop.
class Exchange
{
public:
    /// route: its pattern, which must outlive the exchange.
    Exchange(Connection *connection, Request request, const QString &route, std::shared_ptr<Ledger> ledger);
    Exchange(Exchange &&) noexcept = default;
    Exchange &operator=(Exchange &&) = delete;
    ~Exchange();

    const Request &request() const { return m_request; }
    /// From now on the request's `stop` tells when nobody waits any more: for who does not answer at once.
    void heedLeaving();
    void answer(const Response &response);

    /// Answers what the exception says: a Failure as it is, anything else as 500 with its text in the log only.
    /// A stream that has begun can't be answered any more: it is cut.
    void fail(std::exception_ptr error);

    /// Sends the head of an answer whose end is not known yet.
    void beginStream(const Response &head);
    bool isStreaming() const { return m_streaming; }
    void write(const QByteArray &bytes);
    /// Waits until the client has taken enough of what was written; false: it wants no more.
    QCoro::Task<bool> roomToWrite();
    /// Ends the stream, or answers 204 if nothing was sent.
    void finish();

private:
    void close(int status);

    QPointer<Connection> m_connection;
    Request m_request;
    const QString *m_route;
    std::shared_ptr<Ledger> m_ledger; ///< null once answered
    bool m_streaming = false;
    qint64 m_bytes = 0; ///< of the answer's body
    QString m_detail; ///< of its failure
};

} // namespace openloop::http
