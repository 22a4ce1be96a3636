// SPDX-License-Identifier: GPL-3.0-or-later
// New sockets become connections; a sweep four times a second holds them to their deadlines.
#include "server/http/listener.h"

#include "server/http/connection.h"
#include "server/http/message/characters.h"
#include "server/http/message/response.h"
#include "server/http/wire/plain_wire.h"
#include "server/http/wire/tls_wire.h"

#include <QTimer>

#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::http {

namespace {

constexpr int backlog = 4096;
constexpr int mostPending = 30; // QTcpServer's own
constexpr auto sweepInterval = 250ms;
constexpr qsizetype mostScratch = 64 * 1024; // bytes of memory that are kept for the next answer
constexpr auto acceptPause = 100ms; // when file descriptors have run out

} // namespace

Listener::Listener(const Limits &limits, std::function<void(Connection &)> handle)
    : m_limits(limits), m_handle(std::move(handle)), m_poller(std::make_shared<Poller>()), m_date(currentDate())
{
    setListenBacklogSize(backlog);
    m_sweep.start(int(std::chrono::milliseconds(sweepInterval).count()), this);
    connect(this, &QTcpServer::acceptError, this,
            [this] { QTimer::singleShot(acceptPause, this, &QTcpServer::resumeAccepting); });
    connect(&m_turns, &Turns::next, this, &Listener::acceptAgain);
}

void Listener::incomingConnection(qintptr descriptor)
{
    m_turns.begin();
    accept(descriptor);
    if (!m_turns.hasTime())
        setMaxPendingConnections(0); // QTcpServer accepts until nobody is there; the others wait in the kernel
}

void Listener::acceptAgain()
{
    if (maxPendingConnections() > 0)
        return;
    setMaxPendingConnections(mostPending);
    resumeAccepting();
}

void Listener::accept(qintptr descriptor)
{
    const qsizetype beyond = m_connections.size() - m_limits.connections;
    if (beyond >= m_limits.refusals) {
        ::close(int(descriptor));
        return;
    }
    std::unique_ptr<Wire> wire;
    if (m_tls)
        wire = std::make_unique<TlsWire>(int(descriptor), m_poller, m_tls, m_proxies);
    else
        wire = std::make_unique<PlainWire>(int(descriptor), m_poller, m_proxies);
    if (!wire->isOpen())
        return;
    auto *connection = new Connection(std::move(wire), *this, this);
    m_connections.insert(connection);
    if (beyond >= 0)
        connection->refuse(Failure::unavailable(u"all connections are taken"_s, 1s));
}

void Listener::timerEvent(QTimerEvent *)
{
    m_date = currentDate();
    const auto now = Connection::Clock::now();
    const auto connections = m_connections; // ending one takes it out of the set
    for (Connection *connection : connections)
        connection->checkDeadline(now);
}

// What an answer is like depends on the page, also where none asked: a cache must know.
void Listener::setFixedFields(QList<Field> fields, const CrossOrigin &others)
{
    m_crossOrigin = others;
    m_pageFields.clear();
    if (!others.isEmpty())
        fields.append(Field{"Vary", "Origin"});
    m_fixedFields = linesOf(fields);
    for (const QByteArray &origin : others.origins()) {
        m_pageFields.insert(origin,
                            {m_fixedFields + linesOf(CrossOrigin::fieldsFor(origin, false)),
                             m_fixedFields + linesOf(CrossOrigin::fieldsFor(origin, true))});
    }
}

const QByteArray &Listener::fieldsForPage(const RequestHead &head) const
{
    const auto page = m_pageFields.constFind(asKey(head.value("origin")));
    if (page == m_pageFields.constEnd())
        return m_fixedFields;
    return m_crossOrigin.isPreflight(head) ? page->preflight : page->usual;
}

void Listener::countRefusal(int status) const
{
    if (m_refusalObserver)
        m_refusalObserver(status);
}

QByteArray &Listener::scratch()
{
    if (m_scratch.capacity() > mostScratch || !m_scratch.isDetached())
        m_scratch = {};
    m_scratch.resize(0);
    return m_scratch;
}

void Listener::forget(Connection *connection)
{
    m_connections.remove(connection);
    if (m_draining && m_connections.isEmpty())
        emit emptied();
}

// Who has connected has perhaps asked already.
void Listener::acceptWaiting()
{
    if (!isListening())
        return;
    for (;;) {
        const int descriptor = ::accept4(int(socketDescriptor()), nullptr, nullptr, SOCK_CLOEXEC);
        if (descriptor >= 0)
            accept(descriptor);
        else if (errno != EINTR && errno != ECONNABORTED)
            return;
    }
}

void Listener::drain()
{
    m_draining = true;
    acceptWaiting();
    close();
    const auto connections = m_connections;
    for (Connection *connection : connections)
        connection->closeWhenIdle();
    if (m_connections.isEmpty())
        emit emptied();
}

void Listener::cutAll()
{
    const auto connections = m_connections;
    for (Connection *connection : connections)
        connection->cut();
}

} // namespace openloop::http
