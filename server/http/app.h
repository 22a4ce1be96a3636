// SPDX-License-Identifier: GPL-3.0-or-later
// Where routes meet coroutines: a handler's value becomes an answer, its Failure a problem document.
#pragma once

#include "server/http/event_stream.h"
#include "server/http/listening_socket.h"
#include "server/http/loops/branch.h"
#include "server/http/routes.h"

#include <QThread>

#include <memory>
#include <optional>
#include <vector>

namespace openloop::http {

template <typename T>
using Task = QCoro::Task<T>;

/// Handlers that may await, behind a listening socket; a Router finds them.
///
///     Json health(const Request &);                                    // answers at once, on any loop
///     Json ready(Services &, const Request &);                         // at once, from what lives at home
///     Task<Json> factorizeNumber(Services &use, Request request);      // awaits; the loop is free meanwhile
///     Task<void> watchJob(Services &use, Request request, EventStream events); // answers as long as it has news
///     app.route("GET", u"/factorize"_s, services, factorizeNumber);
///
/// Lives at home: on the thread of the event loop that made it. Where there are more loops, each has connections of its
/// own; a handler that is given a context runs at home all the same, since that is where its services live, and only
/// those without one run where their request is.
/// HEAD is answered wherever GET is; OPTIONS and 405 name what a path allows; an unknown path is 404, but for a slash
/// at its end without which there is a route: 308 leads there. A preflight of a page that is let in is answered
/// everywhere.
/// Destroying it cuts every connection and waits until the last handler has returned.
class App
{
public:
    /// Looks at a request before its handler does; throws a Failure to refuse it. Called on every loop.
    using Guard = std::function<void(const Request &)>;

    /// Made on each loop's thread when it begins; the loops are numbered from 0, which is home.
    using Attendants = std::function<std::unique_ptr<Attendant>(int loop)>;

    /// loops: 1 or more.
    explicit App(const Limits &limits = {}, int loops = 1);
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
        add(method, pattern,
            {[&context, handler](Exchange exchange) { run(context, handler, std::move(exchange)); }, false,
             !std::is_convertible_v<Answer, Response>});
    }

    /// The same for a handler that needs no more than the request, and so runs on whichever loop that is.
    template <typename Answer>
    void route(const QByteArray &method, const QString &pattern, Answer (*handler)(const Request &))
    {
        add(method, pattern, {[handler](Exchange exchange) { run(handler, std::move(exchange)); }, true, false});
    }

    /// Asked about every GET and HEAD of `path` before its handler is: a Failure turns the request away. For crowds: it
    /// costs less than two thirds of the processor time that a handler's Failure takes. At home alone; those of other
    /// loops are left to their handler. The request has no body yet.
    template <typename Context>
    void setAdmission(const QString &path, Context &context,
                      std::optional<Failure> (*refusal)(Context &, const Request &))
    {
        m_routes.admissions.insert(path.toLatin1(),
                                   {path, [&context, refusal](const Request &r) { return refusal(context, r); }});
    }

    /// Method and pattern of each route, in the order in which the patterns were added.
    QList<std::pair<QByteArray, QString>> routes() const;

    /// The path's requests are answered at once: they never wait behind others, whatever their number.
    void putFirst(const QString &path) { m_routes.first.append(path.toLatin1()); }

    void setGuard(Guard guard) { m_routes.guard = std::move(guard); }
    void setSettings(Listener::Settings settings) { m_settings = std::move(settings); }
    void setAttendants(Attendants attendants) { m_attendants = std::move(attendants); }

    /// Starts to accept, on every loop; nothing above is called any more. Throws std::system_error if the system grants
    /// no more descriptors.
    void listen(ListeningSocket socket);
    quint16 port() const { return m_socket->port(); } ///< once it listens

    /// Once every loop has come to it, `answered` is called at home: while one stands still, it is not.
    void askLoops(const std::function<void()> &answered);

    /// Accepts no more, closes what is idle, and lets open exchanges finish; `emptied` is called at home when the last
    /// connection has ended.
    void drain(std::function<void()> emptied);

    /// Requests that are being handled; what a client abandoned counts until its handler has returned.
    int inFlight() const;
    /// Clients, those included that are being refused or read out.
    qsizetype connectionCount() const { return *m_crowd; }
    /// Of each loop.
    std::vector<Listener::Figures> figures() const;

private:
    class Loop;

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

    template <typename Answer>
    static void run(Answer (*handler)(const Request &), Exchange exchange)
    {
        try {
            exchange.answer(Response(handler(exchange.request())));
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
    Listener::Settings m_settings;
    Routes m_routes;
    Attendants m_attendants;
    const Limits m_limits;
    const int m_loopCount;
    const std::shared_ptr<Crowd> m_crowd = std::make_shared<Crowd>(0);
    const Home m_home;
    std::optional<ListeningSocket> m_socket; ///< null before listen()
    int m_toBeEmptied = 0; ///< loops, after drain()
    std::function<void()> m_emptied;
    std::unique_ptr<Branch> m_branch; ///< of home; null before listen()
    std::vector<std::unique_ptr<Loop>> m_loops; ///< the others; last: they use the others
};

} // namespace openloop::http
