// SPDX-License-Identifier: GPL-3.0-or-later
// One request and the duty to answer it: once, or as a stream with one end.
#pragma once

#include "server/http/asker.h"
#include "server/http/finished.h"
#include "server/http/message/response.h"

#include <QPointer>

#include <atomic>
#include <exception>
#include <functional>

namespace openloop::http {

/// What all exchanges of a loop share.
struct Ledger {
    std::atomic<int> inFlight = 0; ///< changed by the loop alone
    std::function<void(const Finished &)> observer; ///< may be empty
};

/// Movable; an exchange that is dropped is answered 500. The thread of the event loop on which its asker lives.
class Exchange
{
public:
    /// asker: may be gone before the exchange is over, of which `life`, the same object, tells. route: its pattern,
    /// which must outlive the exchange.
    Exchange(Asker *asker, QObject *life, Request request, const QString &route, std::shared_ptr<Ledger> ledger);
    Exchange(Exchange &&) noexcept = default;
    Exchange &operator=(Exchange &&) = delete;
    ~Exchange();

    const Request &request() const { return m_request; }
    const QString &route() const { return *m_route; }
    /// Of the wire; only while the asker is there for certain.
    const Limits &limits() const { return m_asker->limits(); }
    /// From now on the request's `stop` tells when nobody waits any more: for who does not answer at once.
    void heedLeaving();
    /// Tells so if nobody waits already.
    void stopIfDue();
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
    /// Cuts the wire: what was begun can't be ended as it should. The exchange is over with finish().
    void breakOff();

private:
    Asker *asker() const { return m_life ? m_asker : nullptr; }
    bool isDismissed() const;
    bool isLeft() const;
    void close(int status);

    QPointer<QObject> m_life; ///< the asker's
    Asker *m_asker;
    Request m_request;
    const QString *m_route;
    std::shared_ptr<Ledger> m_ledger; ///< null once answered
    bool m_streaming = false;
    qint64 m_bytes = 0; ///< of the answer's body
    QString m_detail; ///< of its failure
};

} // namespace openloop::http
