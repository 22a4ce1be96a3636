// SPDX-License-Identifier: GPL-3.0-or-later
// New sockets become connections; a sweep four times a second holds them to their deadlines.
#include "server/http/listener.h"

#include "server/http/connection.h"
#include "server/http/message/response.h"
#include "server/http/wire/plain_wire.h"
#include "server/http/wire/tls_wire.h"

#include <QLoggingCategory>
#include <QTimer>

#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::http {

namespace {

Q_LOGGING_CATEGORY(log, "openloop.http")

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
        m_cuts += connection->checkDeadline(now) ? 1 : 0;
    tellOfCuts(now);
}

// At once, and then once a second: whoever cuts a crowd writes no crowd of lines.
void Listener::tellOfCuts(std::chrono::steady_clock::time_point now)
{
    if (m_cuts == 0 || now < m_cutsTold + 1s)
        return;
    m_cutsTold = now;
    qCWarning(log, "%d slow clients were cut: they did not take their answers", std::exchange(m_cuts, 0));
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
