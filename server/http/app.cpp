// SPDX-License-Identifier: GPL-3.0-or-later
// See app.h. The only file that knows QHttpServer, and so all that differs between versions of Qt.
#include "server/http/app.h"

#include "server/http/listener.h"
#include "server/http/qt/facade.h"
#include "server/loop/wait_at_most.h"

#include <QLoggingCategory>
#include <QRegularExpression>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::http {

namespace {

Q_LOGGING_CATEGORY(log, "openloop.http")

#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
using Responder = QHttpServerResponder &;
#else
using Responder = QHttpServerResponder &&;
#endif

constexpr auto longestFarewell = 10s; // every await ends soon after a stop; this is for the one that doesn't

constexpr QStringView anySegment = u"<arg>";

// The segments of a path where its pattern has <arg>, decoded.
QStringList argumentsOf(const QString &pattern, const QByteArray &path)
{
    const QStringList places = pattern.split(u'/');
    const QByteArrayList segments = path.split('/');
    QStringList arguments;
    for (qsizetype i = 0; i < qMin(places.size(), segments.size()); ++i) {
        if (places[i] == anySegment)
            arguments.append(QString::fromUtf8(QByteArray::fromPercentEncoding(segments[i])));
    }
    return arguments;
}

template <typename Methods>
QByteArray allowOf(const Methods &methods)
{
    QByteArray allow = "OPTIONS";
    for (const auto &[method, handler] : methods)
        allow += ", " + (method == "GET" ? QByteArray("GET, HEAD") : method);
    return allow;
}

} // namespace

App::App(const Limits &limits) : m_listener(new Listener(limits, &m_server))
{
    m_listener->setDoor([this](const Request &request) { return turnAway(request); });
    const auto missing = [this](const QHttpServerRequest &, Responder) { dispatch(m_nowhere); };
#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
    m_server.setMissingHandler(&m_server, missing);
#else
    m_server.setMissingHandler(missing);
#endif
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
    if (!m_listener->listen(address, port))
        return false;
    m_server.bind(m_listener);
    return true;
}

void App::add(const QByteArray &method, const QString &pattern, Handler handler)
{
    Route &route = m_routes[pattern];
    const bool isNew = route.methods.empty();
    route.pattern = pattern;
    route.methods[method] = std::move(handler);
    if (isNew)
        connectRoute(route);
}

// QHttpServer takes a pattern for a regular expression, and for each <arg> a parameter: it is given one that matches
// the same paths and has no <arg>, so that there may be any number of them.
void App::connectRoute(const Route &route)
{
    QStringList texts = route.pattern.split(anySegment.toString());
    for (QString &text : texts)
        text = QRegularExpression::escape(text);
    m_server.route(texts.join(u"[^/]+"_s), QHttpServerRequest::Method::Get,
                   [this, &route](const QHttpServerRequest &, Responder) { dispatch(route); });
}

void App::dispatch(const Route &route)
{
    Connection *connection = Facade::beingRouted();
    if (!connection)
        return;
    Request request = connection->takeRequest();
    if (route.pattern.contains(anySegment))
        request.arguments = argumentsOf(route.pattern, request.head.path);
    handle(route, Exchange(connection, std::move(request), route.pattern, m_ledger));
}

void App::handle(const Route &route, Exchange exchange)
{
    const auto &methods = route.methods;
    const RequestHead &head = exchange.request().head;
    const auto handler = methods.find(head.method == "HEAD" ? QByteArray("GET") : head.method);
    try {
        if (m_guard)
            m_guard(exchange.request());
        if (handler != methods.end()) {
            handler->second(std::move(exchange));
        } else if (head.method == "OPTIONS" && (!methods.empty() || head.path == "*")) {
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
std::optional<Response> App::turnAway(const Request &request) const
{
    const auto door = m_doors.constFind(request.head.path);
    if (door == m_doors.constEnd() || (request.head.method != "GET" && request.head.method != "HEAD"))
        return {};
    try {
        if (m_guard)
            m_guard(request);
    } catch (const Failure &) {
        return {};
    }
    const std::optional<Failure> refusal = door->refusal(request);
    if (!refusal)
        return {};
    if (m_ledger->observer)
        m_ledger->observer({door->path, request.head.method, refusal->status(), request.timing->total()});
    return toResponse(*refusal, newRequestId());
}

} // namespace openloop::http
