// SPDX-License-Identifier: GPL-3.0-or-later
// See listener.h.
#include "server/http/listener.h"

#include "server/http/connection.h"
#include "server/http/qt/facade.h"
#include "server/http/wire/plain_wire.h"
#include "server/http/wire/tls_wire.h"

#include <QMetaMethod>
#include <QTimer>
#include <QTimerEvent>

#include <unistd.h>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::http {

namespace {

constexpr int backlog = 4096;
constexpr int mostPending = 30; // QTcpServer's own
constexpr auto sweepInterval = 250ms;
constexpr auto acceptPause = 100ms; // when file descriptors have run out
constexpr auto shareOfATurn = 300us; // for what is not urgent

} // namespace

Listener::Listener(const Limits &limits, QObject *parent)
    : QTcpServer(parent), m_limits(limits), m_poller(std::make_shared<Poller>()), m_date(currentDate())
{
    setListenBacklogSize(backlog);
    m_sweep.start(int(std::chrono::milliseconds(sweepInterval).count()), this);
    connect(this, &QTcpServer::acceptError, this,
            [this] { QTimer::singleShot(acceptPause, this, &QTcpServer::resumeAccepting); });
}

Listener::~Listener()
{
    for (Connection *connection : std::as_const(m_connections))
        connection->disconnect(this);
}

void Listener::incomingConnection(qintptr descriptor)
{
    beginTurn();
    accept(descriptor);
    if (!hasTime())
        setMaxPendingConnections(0); // QTcpServer accepts until nobody is there; the others wait in the kernel
}

bool Listener::mayRunNow(const RequestHead &head)
{
    if (Facade::beingRouted())
        return false; // by a handler that is on its way
    if (m_first.contains(head.path))
        return true;
    return hasTime() && m_later.empty();
}

void Listener::runLater(Connection *connection)
{
    beginTurn();
    m_later.emplace_back(connection);
}

// QHttpServer does not recover from what it can't read; should that happen, it is given another socket.
void Listener::route(Connection *connection)
{
    if (!m_facade) {
        m_facade = new Facade(this);
        addPendingConnection(m_facade);
        QMetaMethod::fromSignal(&QTcpServer::newConnection).invoke(this, Qt::DirectConnection);
    }
    m_facade->show(connection, connection->head().path);
    if (!connection->wasTaken() && m_facade)
        std::exchange(m_facade, nullptr)->deleteLater();
}

void Listener::beginTurn()
{
    if (m_turnEnds)
        return;
    m_turnEnds = std::chrono::steady_clock::now() + shareOfATurn;
    m_turn.start(0, this); // a timer: posted events run until there are none, before any socket is looked at
}

bool Listener::hasTime()
{
    beginTurn();
    return std::chrono::steady_clock::now() < *m_turnEnds;
}

// The next turn of the event loop: what the last one left comes first.
void Listener::runTurn()
{
    m_turnEnds.reset();
    m_turn.stop();
    if (maxPendingConnections() == 0) {
        setMaxPendingConnections(mostPending);
        resumeAccepting();
    }
    if (m_later.empty())
        return;
    beginTurn();
    do { // one at least, however slow the machine
        const QPointer<Connection> connection = m_later.front();
        m_later.pop_front();
        if (connection)
            connection->takeTurn();
    } while (hasTime() && !m_later.empty());
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
        wire = std::make_unique<TlsWire>(descriptor, *m_tls, m_limits.headTime);
    else
        wire = std::make_unique<PlainWire>(int(descriptor), m_poller);
    if (!wire->isOpen())
        return;
    auto *connection = new Connection(std::move(wire), *this);
    m_connections.insert(connection);
    connect(connection, &Connection::ended, this, [this, connection] { forget(connection); });
    if (beyond >= 0)
        connection->refuse(Failure::unavailable(u"all connections are taken"_s, 1s));
}

void Listener::timerEvent(QTimerEvent *event)
{
    if (event->timerId() == m_turn.timerId()) {
        runTurn();
        return;
    }
    m_date = currentDate();
    const auto now = Connection::Clock::now();
    const auto connections = m_connections; // ending one takes it out of the set
    for (Connection *connection : connections)
        connection->checkDeadline(now);
}

void Listener::forget(Connection *connection)
{
    m_connections.remove(connection);
    if (m_draining && m_connections.isEmpty())
        emit emptied();
}

void Listener::drain()
{
    m_draining = true;
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
