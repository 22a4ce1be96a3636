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

constexpr auto sweepInterval = 250ms;
constexpr qsizetype mostScratch = 64 * 1024; // bytes of memory that are kept for the next answer
constexpr auto acceptPause = 100ms; // when file descriptors have run out

} // namespace

Listener::Listener(const Limits &limits, Settings settings, std::shared_ptr<Crowd> crowd,
                   std::function<void(Connection &)> handle)
    : m_limits(limits), m_settings(std::move(settings)), m_crowd(std::move(crowd)), m_handle(std::move(handle)),
      m_poller(std::make_shared<Poller>()), m_date(currentDate())
{
    m_sweep.start(int(std::chrono::milliseconds(sweepInterval).count()), this);
}

Listener::~Listener()
{
    close();
}

// Level-triggered: the loop wakes again and again until nobody waits in the kernel.
void Listener::watch(int descriptor, bool alone)
{
    m_alone = alone;
    m_notifier = std::make_unique<QSocketNotifier>(descriptor, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &Listener::acceptSome);
}

void Listener::acceptSome()
{
    ++m_wakeUps;
    m_turns.begin();
    while (acceptOne() && m_alone && m_turns.hasTime())
        ;
}

// Whether there may be more.
bool Listener::acceptOne()
{
    const int descriptor =
        ::accept4(int(m_notifier->socket()), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK); // NOLINT(*-cloexec-*)
    if (descriptor >= 0) {
        ++m_accepted;
        take(descriptor);
        return true;
    }
    if (errno == EINTR || errno == ECONNABORTED)
        return true;
    if (errno != EAGAIN) {
        m_notifier->setEnabled(false);
        QTimer::singleShot(acceptPause, m_notifier.get(), [this] { m_notifier->setEnabled(true); });
    }
    return false;
}

void Listener::close()
{
    if (!m_notifier)
        return;
    const int descriptor = int(m_notifier->socket());
    m_notifier.reset();
    ::close(descriptor);
}

void Listener::take(int descriptor)
{
    const qsizetype beyond = m_crowd->fetch_add(1) - m_limits.connections;
    if (beyond >= m_limits.refusals) {
        --*m_crowd;
        ::close(descriptor);
        return;
    }
    std::unique_ptr<Wire> wire;
    if (m_settings.tls)
        wire = std::make_unique<TlsWire>(descriptor, m_poller, m_settings.tls->current(), m_settings.proxies);
    else
        wire = std::make_unique<PlainWire>(descriptor, m_poller, m_settings.proxies);
    if (!wire->isOpen()) {
        --*m_crowd;
        return;
    }
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

std::optional<Failure> Listener::objectionTo(const Request &request) const
{
    return m_objection ? m_objection(request) : std::nullopt;
}

void Listener::noteRefusal(const Finished &refused) const
{
    if (m_refusalObserver)
        m_refusalObserver(refused);
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
    if (m_connections.remove(connection))
        --*m_crowd;
    if (m_draining && m_connections.isEmpty())
        emit emptied();
}

void Listener::drain(bool leavesWaiting)
{
    m_draining = true;
    while (!leavesWaiting && m_notifier && acceptOne())
        ;
    close();
    const auto connections = m_connections;
    for (Connection *connection : connections)
        connection->closeWhenIdle();
    if (m_connections.isEmpty())
        emit emptied();
}

void Listener::dismissAll()
{
    const auto connections = m_connections;
    for (Connection *connection : connections)
        connection->dismiss();
}

} // namespace openloop::http
