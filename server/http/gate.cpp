// SPDX-License-Identifier: GPL-3.0-or-later
// See gate.h.
#include "server/http/gate.h"

#include "server/http/connection.h"

#include <QSslSocket>
#include <QTimer>

#include <unistd.h>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::http {

namespace {

constexpr int backlog = 4096;
constexpr int politeRefusals = 256; // connections beyond the limit that are told so before they are closed
constexpr auto sweepInterval = 250ms;
constexpr auto acceptPause = 100ms; // when file descriptors have run out

} // namespace

Gate::Gate(const Limits &limits, QObject *parent) : QTcpServer(parent), m_limits(limits), m_date(currentDate())
{
    setListenBacklogSize(backlog);
    m_sweep.start(int(std::chrono::milliseconds(sweepInterval).count()), this);
    connect(this, &QTcpServer::acceptError, this,
            [this] { QTimer::singleShot(acceptPause, this, &QTcpServer::resumeAccepting); });
}

Gate::~Gate()
{
    for (Connection *connection : std::as_const(m_connections))
        connection->disconnect(this);
}

void Gate::incomingConnection(qintptr descriptor)
{
    const qsizetype beyond = m_connections.size() - m_limits.connections;
    if (beyond >= politeRefusals) {
        ::close(int(descriptor));
        return;
    }
    auto wire = m_tls ? std::make_unique<QSslSocket>() : std::make_unique<QTcpSocket>();
    if (!wire->setSocketDescriptor(descriptor)) {
        ::close(int(descriptor));
        return;
    }
    if (auto *secure = qobject_cast<QSslSocket *>(wire.get())) {
        secure->setSslConfiguration(*m_tls);
        secure->startServerEncryption();
    }
    auto *connection = new Connection(std::move(wire), *this);
    m_connections.insert(connection);
    connect(connection, &Connection::ended, this, [this, connection] { forget(connection); });
    addPendingConnection(connection);
    if (beyond >= 0)
        connection->refuse(Failure::unavailable(u"all connections are taken"_s, 1s));
}

void Gate::timerEvent(QTimerEvent *)
{
    m_date = currentDate();
    const auto now = Connection::Clock::now();
    const auto connections = m_connections; // ending one takes it out of the set
    for (Connection *connection : connections)
        connection->checkDeadline(now);
}

void Gate::forget(Connection *connection)
{
    m_connections.remove(connection);
    if (m_draining && m_connections.isEmpty())
        emit emptied();
}

void Gate::drain()
{
    m_draining = true;
    close();
    const auto connections = m_connections;
    for (Connection *connection : connections)
        connection->closeWhenIdle();
    if (m_connections.isEmpty())
        emit emptied();
}

void Gate::cutAll()
{
    const auto connections = m_connections;
    for (Connection *connection : connections)
        connection->cut();
}

} // namespace openloop::http
