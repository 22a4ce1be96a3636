// SPDX-License-Identifier: GPL-3.0-or-later
// Where routes meet coroutines: a handler's value becomes an answer, its Failure a problem document.
#pragma once

#include "server/http/request.h"
#include "server/http/response.h"

#include <QCoroTask>
#include <QHttpServer>
#include <QPointer>

#include <exception>
#include <functional>
#include <map>
#include <memory>

namespace openloop::http {

class Connection;
class Gate;

template<typename T>
using Task = QCoro::Task<T>;

/// One request and the duty to answer it once. Movable; an exchange that is dropped is answered 500.
/// The thread of the event loop.
class Exchange
{
public:
    Exchange(Connection *connection, Request request, std::shared_ptr<int> inFlight);
    Exchange(Exchange &&) noexcept = default;
    Exchange &operator=(Exchange &&) = delete;
    ~Exchange();

    const Request &request() const { return m_request; }
    void answer(const Response &response);

    /// Answers what the exception says: a Failure as it is, anything else as 500 with its text in the log only.
    void fail(std::exception_ptr error);

private:
    QPointer<Connection> m_connection;
    Request m_request;
    std::shared_ptr<int> m_inFlight; ///< null once answered
};

/// A QHttpServer behind a Gate, with handlers that may await.
///
///     Json health(Services &, const Request &);                        // answers at once
///     Task<Json> factorizeNumber(Services &use, Request request);      // awaits; the loop is free meanwhile
///     app.route("GET", u"/factorize"_s, services, factorizeNumber);
///
/// HEAD is answered wherever GET is; OPTIONS and 405 name what a path allows; an unknown path is 404.
/// Destroying it cuts every connection and waits until the last handler has returned. The thread of the event loop.
class App
{
public:
    /// Looks at a request before its handler does; throws a Failure to refuse it.
    using Guard = std::function<void(const Request &)>;

    explicit App(const Limits &limits = {});
    ~App();
    App(const App &) = delete;
    App &operator=(const App &) = delete;

    /// Routes `method pattern` to a handler. pattern: a path; `<arg>` stands for one segment, given in
    /// Request::arguments. More specific patterns come first. `context` is handed on and must outlive the app.
    template<typename Context, typename Answer, typename Parameter>
    void route(const QByteArray &method, const QString &pattern, Context &context,
               Answer (*handler)(Context &, Parameter))
    {
        add(method, pattern, [&context, handler](Exchange exchange) { run(context, handler, std::move(exchange)); });
    }

    /// Starts to accept; false: the address can't be had, gate().errorString() says why.
    bool listen(const QHostAddress &address, quint16 port);

    void setGuard(Guard guard) { m_guard = std::move(guard); }
    Gate &gate() { return *m_gate; }

    /// Requests that are being handled; what a client abandoned counts until its handler has returned.
    int inFlight() const { return *m_inFlight; }

private:
    using Handler = std::function<void(Exchange)>;
    using Methods = std::map<QByteArray, Handler>;

    template<typename Context, typename Answer, typename Parameter>
    static Task<void> run(Context &context, Task<Answer> (*handler)(Context &, Parameter), Exchange exchange)
    {
        try {
            exchange.answer(Response(co_await handler(context, exchange.request())));
        } catch (...) {
            exchange.fail(std::current_exception());
        }
    }

    template<typename Context, typename Answer, typename Parameter>
    static void run(Context &context, Answer (*handler)(Context &, Parameter), Exchange exchange)
    {
        try {
            exchange.answer(Response(handler(context, exchange.request())));
        } catch (...) {
            exchange.fail(std::current_exception());
        }
    }

    void add(const QByteArray &method, const QString &pattern, Handler handler);
    void connectRoute(const QString &pattern, const Methods &methods);
    void dispatch(const Methods &methods, const QStringList &arguments);
    void handle(const Methods &methods, Exchange exchange);

    QHttpServer m_server;
    Gate *m_gate; ///< owned by m_server
    std::map<QString, Methods> m_routes;
    Guard m_guard;
    std::shared_ptr<int> m_inFlight = std::make_shared<int>(0);
};

} // namespace openloop::http
