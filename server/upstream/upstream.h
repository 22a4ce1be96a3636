// SPDX-License-Identifier: GPL-3.0-or-later
// Waits on another HTTP service, so that a handler can await it while the loop stays free.
#pragma once

#include "server/http/message/field.h"
#include "server/http/message/json.h"
#include "server/upstream/http1/address_book.h"

#include <QCoroTask>

#include <QUrl>

#include <chrono>
#include <memory>
#include <stop_token>

namespace openloop {

/// The HTTP service whose answers `/call_other_service` passes on. Lives on one thread, which needs an event loop.
/// Destroying it ends every call still in flight with 503.
class Upstream
{
public:
    struct Settings {
        QUrl url;
        std::chrono::milliseconds timeout{5000}; ///< for the whole call, its retry and the last byte included
        int concurrency = 1024; ///< calls in flight, 1 or more
        bool http2 = false; ///< where an https upstream speaks it
        QString certificates{}; ///< PEM file of those who may sign the upstream's; empty: SSL_CERT_FILE, the system's
        http1::AddressBook::Source addresses{}; ///< empty: the system's resolver
    };

    /// Throws StartFailure if there is no certificate in the file.
    explicit Upstream(Settings settings);
    ~Upstream();
    Q_DISABLE_COPY_MOVE(Upstream)

    /// The body of `GET url`, unchanged: any one JSON value of at most 4 MiB, answered with a 2xx status.
    /// Throws http::Failure, with the `class` of what happened (see failures.h): 502 refused, broke, ended early,
    /// redirected, any other status, no JSON, too large; 503 too many calls in flight, the circuit is open, or the
    /// upstream asks to wait; 504 the deadline passed; 499 `stop` was requested.
    /// `stop` may be requested from any thread; the exchange is aborted in the next turn of the loop.
    /// fields: sent along, beside those of every call.
    QCoro::Task<http::Json> get(std::stop_token stop, QList<http::Field> fields = {});

    int inFlight() const;

    /// False while its last ten calls failed, and while the circuit is open. Becomes true again without anybody's call:
    /// one of its own is made after each pause of 1 s, doubling up to 30 s.
    bool ready() const;
    /// Whether calls are refused at once, because most of the recent ones failed or it asked to be left alone.
    bool isLeftAlone() const;
    /// For people, why it is not ready.
    QString state() const;

private:
    struct State;
    static QCoro::Task<http::Json> call(std::shared_ptr<State> use, std::stop_token stop, QList<http::Field> fields);

    std::shared_ptr<State> m_state;
};

} // namespace openloop
