// SPDX-License-Identifier: GPL-3.0-or-later
// From a released request to its handler: who is let in, by which route and method, and what is said otherwise.
#include "server/http/app.h"

#include "server/http/listener.h"
#include "server/http/message/characters.h"
#include "server/http/qt/qt_router.h"
#include "server/http/remembering_router.h"
#include "server/loop/wait_at_most.h"

#include <QLoggingCategory>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::http {

namespace {

Q_LOGGING_CATEGORY(log, "openloop.http")

constexpr auto longestFarewell = 10s; // every await ends soon after a stop; this is for the one that doesn't

template <typename Methods>
QByteArray allowOf(const Methods &methods)
{
    QByteArray allow = "OPTIONS";
    for (const auto &[method, handler] : methods)
        allow += ", " + (method == "GET" ? QByteArray("GET, HEAD") : method);
    return allow;
}

// Bodies are taken as they are (RFC 9110 section 15.5.16).
void checkCoding(const Request &request)
{
    const QByteArrayView coding = request.head.value("content-encoding");
    if (request.body.isEmpty() || coding.isEmpty() || coding.compare("identity", Qt::CaseInsensitive) == 0)
        return;
    throw Failure(415, u"a body with a Content-Encoding is not read here"_s).withField("Accept-Encoding", "identity");
}

} // namespace

App::App(const Limits &limits)
    : m_router(std::make_unique<RememberingRouter>(makeQtRouter())),
      m_listener(std::make_unique<Listener>(limits, [this](Connection &connection) { dispatch(connection); }))
{
}

App::~App()
{
    m_listener->close();
    m_listener->cutAll();
    if (!waitAtMost(longestFarewell, [this] { return m_ledger->inFlight == 0; }))
        qCCritical(log, "%d handlers did not return when told to stop", m_ledger->inFlight);
}

bool App::listen(const QHostAddress &address, quint16 port)
{
    return m_listener->listen(address, port);
}

void App::putFirst(const QString &path)
{
    m_listener->turns().putFirst(path.toLatin1());
}

void App::setLog(const FinishObservers::Observer &log)
{
    m_ledger->observers.log = log;
    m_listener->setRefusalLog(log);
}

void App::add(const QByteArray &method, const QString &pattern, Handler handler)
{
    auto route = std::ranges::find(m_routes, pattern, &Route::pattern);
    if (route == m_routes.end()) {
        m_router->add(pattern, int(m_routes.size()));
        route = m_routes.insert(route, Route{pattern, {}});
    }
    route->methods[method] = std::move(handler);
}

void App::dispatch(Connection &connection)
{
    if (const auto refusal = turnAway(connection)) {
        connection.answer(*refusal);
        return;
    }
    std::optional<Router::Target> target = m_router->resolve(connection.head().path());
    if (!target)
        return;
    const Route &route = target->route == Router::nowhere ? m_nowhere : m_routes[std::size_t(target->route)];
    Request request = connection.takeRequest();
    request.arguments = std::move(target->arguments);
    handle(route, Exchange(&connection, std::move(request), route.pattern, m_ledger));
}

void App::handle(const Route &route, Exchange exchange)
{
    const auto &methods = route.methods;
    const RequestHead &head = exchange.request().head;
    const auto handler = methods.find(head.method() == "HEAD" ? QByteArrayView("GET") : head.method());
    try {
        if (m_guard)
            m_guard(exchange.request());
        checkCoding(exchange.request());
        if (handler != methods.end()) {
            handler->second(std::move(exchange));
        } else if (head.method() == "OPTIONS" && (!methods.empty() || head.path() == "*")) {
            Response response(204, {}, {});
            response.fields.append({"Allow", allowOf(methods)});
            exchange.answer(response);
        } else if (methods.empty()) {
            throw Failure(404, u"there is nothing at this path"_s);
        } else {
            const QByteArray allow = allowOf(methods);
            throw Failure(405, u"this path answers %1 only"_s.arg(QString::fromLatin1(allow)))
                .withField("Allow", allow);
        }
    } catch (...) {
        exchange.fail(std::current_exception());
    }
}

// Whom the guard would refuse is left to it.
std::optional<Response> App::turnAway(const Connection &connection) const
{
    const RequestHead &head = connection.head();
    const auto admission = m_admissions.constFind(asKey(head.path()));
    if (admission == m_admissions.constEnd() || (head.method() != "GET" && head.method() != "HEAD"))
        return {};
    const Request request = connection.request();
    try {
        if (m_guard)
            m_guard(request);
    } catch (const Failure &) {
        return {};
    }
    const std::optional<Failure> refusal = admission->refusal(request);
    if (!refusal)
        return {};
    const Response response = toResponse(*refusal, request.trace.id());
    const qint64 bytes = head.method() == "HEAD" ? 0 : response.body.size();
    m_ledger->observers.tell(
        {request, admission->path, refusal->detail(), refusal->status(), bytes, request.timing->total()});
    return response;
}

} // namespace openloop::http
