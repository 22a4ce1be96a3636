// SPDX-License-Identifier: GPL-3.0-or-later
// See app.h. The only file that knows QHttpServer, and so all that differs between versions of Qt.
#include "server/http/app.h"

#include "server/http/connection.h"
#include "server/http/gate.h"

#include <QEventLoop>
#include <QLoggingCategory>
#include <QTimer>
#include <QUnhandledException>

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

// What went wrong, for the log alone.
QString textOf(const std::exception_ptr &error)
{
    try {
        std::rethrow_exception(error);
    } catch (const QUnhandledException &wrapped) {
        return wrapped.exception() ? textOf(wrapped.exception()) : u"an exception of unknown type"_s;
    } catch (const std::exception &exception) {
        return QString::fromUtf8(exception.what());
    } catch (...) {
        return u"an exception of unknown type"_s;
    }
}

Failure toFailure(const std::exception_ptr &error, const QByteArray &requestId, const RequestHead &head)
{
    try {
        std::rethrow_exception(error);
    } catch (const Failure &failure) {
        return failure;
    } catch (...) {
        qCCritical(log, "request %s: %s %s: %s", requestId.constData(), head.method.constData(),
                   head.path.constData(), qUtf8Printable(textOf(error)));
        return Failure(500, u"an internal error; the log has it under this request_id"_s);
    }
}

template<typename Methods>
QByteArray allowOf(const Methods &methods)
{
    QByteArray allow = "OPTIONS";
    for (const auto &[method, handler] : methods)
        allow += ", " + (method == "GET" ? QByteArray("GET, HEAD") : method);
    return allow;
}

} // namespace

Exchange::Exchange(Connection *connection, Request request, std::shared_ptr<int> inFlight)
    : m_connection(connection), m_request(std::move(request)), m_inFlight(std::move(inFlight))
{
    ++*m_inFlight;
}

Exchange::~Exchange()
{
    if (m_inFlight)
        fail(std::make_exception_ptr(std::logic_error("the handler returned without an answer")));
}

void Exchange::answer(const Response &response)
{
    if (const auto inFlight = std::exchange(m_inFlight, nullptr))
        --*inFlight;
    if (m_connection)
        m_connection->answer(response);
}

void Exchange::fail(std::exception_ptr error)
{
    const QByteArray requestId = newRequestId();
    answer(toResponse(toFailure(error, requestId, m_request.head), requestId));
}

App::App(const Limits &limits) : m_gate(new Gate(limits, &m_server))
{
    const auto missing = [this](const QHttpServerRequest &, Responder) { dispatch({}, {}); };
#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
    m_server.setMissingHandler(&m_server, missing);
#else
    m_server.setMissingHandler(missing);
#endif
}

App::~App()
{
    m_gate->close();
    m_gate->cutAll();
    QEventLoop loop;
    QTimer::singleShot(longestFarewell, &loop, &QEventLoop::quit);
    QTimer poll;
    QObject::connect(&poll, &QTimer::timeout, &loop, [&] {
        if (*m_inFlight == 0)
            loop.quit();
    });
    poll.start(1ms);
    if (*m_inFlight > 0)
        loop.exec();
    if (*m_inFlight > 0)
        qCCritical(log, "%d handlers did not return when told to stop", *m_inFlight);
}

bool App::listen(const QHostAddress &address, quint16 port)
{
    if (!m_gate->listen(address, port))
        return false;
    m_server.bind(m_gate);
    return true;
}

void App::add(const QByteArray &method, const QString &pattern, Handler handler)
{
    Methods &methods = m_routes[pattern];
    const bool isNew = methods.empty();
    methods[method] = std::move(handler);
    if (isNew)
        connectRoute(pattern, methods);
}

void App::connectRoute(const QString &pattern, const Methods &methods)
{
    if (pattern.contains(u"<arg>"_s)) {
        m_server.route(pattern, QHttpServerRequest::Method::Get,
                       [this, &methods](const QString &argument, const QHttpServerRequest &, Responder) {
                           static const Methods none;
                           dispatch(argument.contains(u'/') ? none : methods, {argument});
                       });
    } else {
        m_server.route(pattern, QHttpServerRequest::Method::Get,
                       [this, &methods](const QHttpServerRequest &, Responder) { dispatch(methods, {}); });
    }
}

void App::dispatch(const Methods &methods, const QStringList &arguments)
{
    Connection *connection = Connection::current();
    if (!connection)
        return;
    Request request = connection->takeRequest();
    request.arguments = arguments;
    handle(methods, Exchange(connection, std::move(request), m_inFlight));
}

void App::handle(const Methods &methods, Exchange exchange)
{
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

} // namespace openloop::http
