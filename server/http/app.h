// SPDX-License-Identifier: GPL-3.0-or-later
// Where routes meet coroutines: a handler's value becomes an answer, its Failure a problem document.
#pragma once

#include "server/http/event_stream.h"
#include "server/http/exchange.h"
#include "server/http/router.h"

#include <QHash>

#include <deque>
#include <map>
#include <memory>
#include <optional>

namespace openloop::http {

class Listener;

template <typename T>
using Task = QCoro::Task<T>;

/// Handlers that may await, behind a Listener; a Router finds them.
///
///     Json health(Services &, const Request &);                        // answers at once
///     Task<Json> factorizeNumber(Services &use, Request request);      // awaits; the loop is free meanwhile
///     Task<void> watchJob(Services &use, Request request, EventStream events); // answers as long as it has news
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

    /// Routes `method pattern` to a handler. pattern: a path, decoded; `<arg>`, as often as it is
    /// wanted, stands for one whole segment that is not empty, given in Request::arguments. Patterns that a path fits
    /// are asked in the order in which they were added. `context` is handed on and must outlive the app.
    template <typename Context, typename Answer, typename... Parameters>
    void route(const QByteArray &method, const QString &pattern, Context &context,
               Answer (*handler)(Context &, Parameters...))
    {
        add(method, pattern, [&context, handler](Exchange exchange) { run(context, handler, std::move(exchange)); });
    }

    /// Asked about every GET and HEAD of `path` before its handler is: a Failure turns the request away. For crowds: it
    /// costs less than two thirds of the processor time that a handler's Failure takes. The request has no body yet.
    template <typename Context>
    void setAdmission(const QString &path, Context &context,
                      std::optional<Failure> (*refusal)(Context &, const Request &))
    {
        m_admissions.insert(path.toLatin1(),
                            {path, [&context, refusal](const Request &r) { return refusal(context, r); }});
    }

    /// The path's requests are answered at once: they never wait behind others, whatever their number.
    void putFirst(const QString &path);

    /// Starts to accept; false: the address can't be had, listener().errorString() says why.
    bool listen(const QHostAddress &address, quint16 port);

    void setGuard(Guard guard) { m_guard = std::move(guard); }
    Listener &listener() { return *m_listener; }

    /// Told of every request that was routed, when its answer has been given.
    void setObserver(FinishObservers::Observer observer) { m_ledger->observers.metrics = std::move(observer); }

    /// Told of the same after that, and of every request that was refused before it was whole.
    void setLog(const FinishObservers::Observer &log);

    /// Requests that are being handled; what a client abandoned counts until its handler has returned.
    int inFlight() const { return m_ledger->inFlight; }

private:
    using Handler = std::function<void(Exchange)>;

    struct Route {
        QString pattern;
        std::map<QByteArray, Handler, std::less<>> methods;
    };

    struct Admission {
        QString path;
        std::function<std::optional<Failure>(const Request &)> refusal;
    };

    template <typename Context, typename Answer, typename Parameter>
    static Task<void> run(Context &context, Task<Answer> (*handler)(Context &, Parameter), Exchange exchange)
    {
        exchange.heedLeaving();
        try {
            const Response response = co_await handler(context, exchange.request());
            exchange.answer(response);
        } catch (...) {
            exchange.fail(std::current_exception());
        }
    }

    template <typename Context, typename Answer, typename Parameter>
    static void run(Context &context, Answer (*handler)(Context &, Parameter), Exchange exchange)
    {
        try {
            exchange.answer(Response(handler(context, exchange.request())));
        } catch (...) {
            exchange.fail(std::current_exception());
        }
    }

    template <typename Context, typename Parameter>
    static Task<void> run(Context &context, Task<void> (*handler)(Context &, Parameter, EventStream), Exchange exchange)
    {
        exchange.heedLeaving();
        const auto shared = std::make_shared<Exchange>(std::move(exchange));
        try {
            co_await handler(context, shared->request(), EventStream(shared));
            shared->finish();
        } catch (...) {
            shared->fail(std::current_exception());
        }
    }

    void add(const QByteArray &method, const QString &pattern, Handler handler);
    void dispatch(Connection &connection);
    void handle(const Route &route, Exchange exchange);
    std::optional<Response> turnAway(const Connection &connection) const;

    const std::unique_ptr<Router> m_router;
    std::deque<Route> m_routes; ///< the router knows them by their place
    const Route m_nowhere; ///< of paths that lead nowhere
    QHash<QByteArray, Admission> m_admissions; ///< by path
    Guard m_guard;
    std::shared_ptr<Ledger> m_ledger = std::make_shared<Ledger>();
    const std::unique_ptr<Listener> m_listener; // last: its connections use the others
};

} // namespace openloop::http
