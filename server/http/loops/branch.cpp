// SPDX-License-Identifier: GPL-3.0-or-later
// From a released request to its handler: who is let in, by which route and method, on which loop, and what is said
// otherwise.
#include "server/http/loops/branch.h"

#include "server/http/connection.h"
#include "server/http/loops/crossing.h"
#include "server/http/message/characters.h"
#include "server/http/qt/qt_router.h"
#include "server/http/remembering_router.h"
#include "server/loop/occupation.h"

using namespace Qt::Literals::StringLiterals;

namespace openloop::http {

namespace {

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
    if (request.body.isEmpty() || request.head.value("content-encoding").isEmpty())
        return;
    for (const QByteArray &coding : request.head.combined("content-encoding").split(',')) {
        if (coding.trimmed().compare("identity", Qt::CaseInsensitive) != 0)
            throw Failure(415, u"a body with a Content-Encoding is not read here"_s)
                .withField("Accept-Encoding", "identity");
    }
}

// Nothing here has an entity tag, so that none can match: what is to be done only if one does is not done (RFC 9110
// section 13.1.1).
void checkCondition(const RequestHead &head)
{
    const QByteArrayView wanted = head.value("if-match");
    if (!wanted.isEmpty() && wanted.trimmed() != "*" && head.method() != "GET" && head.method() != "HEAD")
        throw Failure(412, u"If-Match names an entity tag; nothing here has one"_s);
}

} // namespace

Branch::Branch(const Routes &routes, const Limits &limits, Listener::Settings settings, std::shared_ptr<Crowd> crowd,
               const Home *home)
    : m_routes(routes), m_home(home), m_router(std::make_unique<RememberingRouter>(makeQtRouter())),
      m_listener(limits, std::move(settings), std::move(crowd),
                 [this](Connection &connection) { dispatch(connection); })
{
}

Branch::~Branch() = default;

void Branch::begin(std::unique_ptr<Attendant> attendant, int descriptor, bool alone)
{
    for (std::size_t i = 0; i < m_routes.all.size(); ++i)
        m_router->add(m_routes.all[i].pattern, int(i));
    for (const QByteArray &path : m_routes.first)
        m_listener.turns().putFirst(path);
    m_listener.setObjection([this](const Request &request) { return objectionTo(request); });
    m_attendant = std::move(attendant);
    if (m_attendant) {
        m_ledger->observer = [this](const Finished &finished) { m_attendant->finished(finished); };
        m_listener.setRefusalObserver([this](const Finished &refused) { m_attendant->refused(refused); });
    }
    m_listener.watch(descriptor, alone);
}

void Branch::read(std::shared_ptr<Mailbox> mailbox)
{
    m_mailbox = std::move(mailbox);
    m_reader = std::make_unique<MailboxReader>(m_mailbox, m_listener.turns());
}

void Branch::dismissAll()
{
    m_listener.close();
    m_listener.dismissAll();
}

void Branch::dispatch(Connection &connection)
{
    if (!m_home) {
        if (const auto refusal = turnAway(connection)) {
            connection.answer(*refusal);
            return;
        }
    }
    std::optional<Router::Target> target = m_router->resolve(connection.head().path());
    if (!target)
        return;
    const Route &route = target->route == Router::nowhere ? m_nowhere : m_routes.all[std::size_t(target->route)];
    Request request = connection.takeRequest();
    request.arguments = std::move(target->arguments);
    handle(route, Exchange(&connection, &connection, std::move(request), route.name, m_ledger));
}

void Branch::handle(const Route &route, Exchange exchange)
{
    const auto &methods = route.methods;
    const RequestHead &head = exchange.request().head;
    const Occupied occupied(head.method(), exchange.route(), exchange.request().trace.id());
    const auto handler = methods.find(head.method() == "HEAD" ? QByteArrayView("GET") : head.method());
    try {
        if (m_routes.guard)
            m_routes.guard(exchange.request());
        checkCondition(exchange.request().head);
        checkCoding(exchange.request());
        if (handler != methods.end()) {
            const bool isUrgent = m_listener.turns().isFirst(head.path()); // looked at before the exchange moves
            if (!m_home || handler->second.isFree)
                handler->second.run(std::move(exchange));
            else
                cross(std::move(exchange), handler->second, isUrgent, m_mailbox, m_home->mailbox, m_home->visits);
        } else if (head.method() == "OPTIONS"
                   && (!methods.empty() || head.path() == "*" || m_listener.isPreflight(head))) {
            Response response(204, {}, {});
            response.fields.append({"Allow", allowOf(methods)});
            exchange.answer(response);
        } else if (const auto shorter = methods.empty() ? withoutSlash(head) : std::nullopt) {
            Response response(308, "text/plain; charset=utf-8", "this path has no slash at its end\n");
            response.fields.append({"Location", *shorter});
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

// Where the path leads somewhere without the slash at its end: to there, in a form that begins with `..`. So it keeps a
// prefix that a proxy has cut off, and can't lead to another host, whatever the path.
std::optional<QByteArray> Branch::withoutSlash(const RequestHead &head) const
{
    const QByteArrayView path = head.path();
    if (path.size() < 2 || !path.endsWith('/'))
        return {};
    const QByteArrayView shorter = path.chopped(1);
    const auto target = m_router->resolve(shorter);
    if (!target || target->route == Router::nowhere)
        return {};
    QByteArray location = ".." + shorter.sliced(shorter.lastIndexOf('/')).toByteArray();
    if (!head.query().isEmpty())
        location.append('?').append(head.query());
    return location;
}

std::optional<Failure> Branch::objectionTo(const Request &request) const
{
    try {
        if (m_routes.guard)
            m_routes.guard(request);
    } catch (const Failure &failure) {
        return failure;
    }
    return {};
}

// Whom the guard would refuse is left to it.
std::optional<Response> Branch::turnAway(const Connection &connection) const
{
    const RequestHead &head = connection.head();
    const auto admission = m_routes.admissions.constFind(asKey(head.path()));
    if (admission == m_routes.admissions.constEnd() || (head.method() != "GET" && head.method() != "HEAD"))
        return {};
    const Request request = connection.request();
    if (objectionTo(request))
        return {};
    const std::optional<Failure> refusal = admission->refusal(request);
    if (!refusal)
        return {};
    Response response = toResponse(*refusal, request.trace.id());
    const qint64 bytes = head.method() == "HEAD" ? 0 : response.body.size();
    if (m_attendant)
        m_attendant->finished(
            {request, admission->path, response.failure, response.status, bytes, request.timing->total()});
    return response;
}

} // namespace openloop::http
