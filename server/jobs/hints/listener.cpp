// SPDX-License-Identifier: GPL-3.0-or-later
// The thread connects, listens, says what it is given, and asks now and then whether somebody is still there.
#include "server/jobs/hints/listener.h"

#include "common/thread_priority.h"

#include <QLoggingCategory>

#include <poll.h>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace openloop::hints {

namespace {

Q_LOGGING_CATEGORY(log, "openloop.hints")

constexpr auto pingInterval = 10s; // with the patience: how late a host that has vanished is noticed
constexpr auto patience = 5s;
constexpr auto stopPause = 10ms;

const QByteArray listen = QByteArray("LISTEN ") + channel;

int makeEvent()
{
    const int descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (descriptor < 0)
        throw std::system_error(errno, std::generic_category(), "eventfd");
    return descriptor;
}

void forget(int event)
{
    eventfd_t count = 0;
    ::eventfd_read(event, &count);
}

QByteArray notifications(const QByteArrayList &payloads)
{
    QByteArrayList statements;
    for (const QByteArray &payload : payloads)
        statements << QByteArray("NOTIFY ") + channel + ", '" + payload + '\'';
    return statements.join("; ");
}

} // namespace

Listener::Listener(SqlLocation location, Events events)
    : m_location(std::move(location)), m_events(std::move(events)), m_mark(socketMark()), m_wake(makeEvent()),
      m_thread([this](const std::stop_token &stop) { run(stop); })
{
}

// Shut down again and again: the thread may just have begun to connect.
Listener::~Listener()
{
    m_thread.request_stop();
    wake();
    const std::future<void> ended = m_ended.get_future();
    while (ended.wait_for(stopPause) == std::future_status::timeout)
        shutDownMarked(m_mark);
    m_thread.join();
    ::close(m_wake);
}

void Listener::setListening(bool listening)
{
    {
        const std::lock_guard lock(m_mutex);
        m_wanted = listening;
    }
    wake();
}

void Listener::notify(const QByteArrayList &payloads)
{
    {
        const std::lock_guard lock(m_mutex);
        m_pending += payloads;
    }
    wake();
}

void Listener::wake() const
{
    ::eventfd_write(m_wake, 1);
}

bool Listener::isWanted()
{
    const std::lock_guard lock(m_mutex);
    return m_wanted;
}

QByteArrayList Listener::takePending()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_pending, {});
}

// Level-triggered: the event stays readable until it is forgotten here, before what it stands for is looked at.
void Listener::pauseUntil(Reconnect::Clock::time_point time) const
{
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(time - Reconnect::Clock::now());
    pollfd polled{m_wake, POLLIN, 0};
    ::poll(&polled, 1, int(std::max<qint64>(0, left.count())));
    forget(m_wake);
}

void Listener::run(const std::stop_token &stop)
{
    lowerThreadPriority(waitingNiceness);
    while (!stop.stop_requested()) {
        if (!isWanted())
            pauseUntil(Reconnect::Clock::now() + pingInterval);
        else if (Reconnect::Clock::now() < m_reconnect.next())
            pauseUntil(m_reconnect.next());
        else if (!listenOnce(stop) && isWanted() && !stop.stop_requested())
            m_reconnect.lost(Reconnect::Clock::now());
        m_connection.close();
    }
    m_ended.set_value();
}

bool Listener::listenOnce(const std::stop_token &stop)
{
    if (!m_connection.open(m_location, m_mark) || !m_connection.command(listen, patience)) {
        if (!std::exchange(m_isRefused, true))
            qCDebug(log, "cannot listen: %s", qUtf8Printable(m_connection.error()));
        return false;
    }
    m_isRefused = false;
    const auto tell = [this](bool listens) {
        QMetaObject::invokeMethod(&m_loop, [this, listens] { m_events.changed(listens); }, Qt::QueuedConnection);
    };
    takePending(); // it was for the connection before
    tell(true);
    const bool asWished = serve(stop);
    tell(false);
    if (!asWished && !stop.stop_requested())
        qCInfo(log, "the connection that listens was lost: %s", qUtf8Printable(m_connection.error()));
    return asWished;
}

// Level-triggered: whatever has ended the wait, all that was said is read and all that is to be said is sent. What came
// while a statement was answered lies in libpq, and makes no descriptor readable: it is taken last.
bool Listener::serve(const std::stop_token &stop)
{
    for (auto ping = Reconnect::Clock::now() + pingInterval;;) {
        forget(m_wake);
        if (stop.stop_requested())
            return true;
        if (!isWanted()) // a pooler lends the connection to others, for whom it would go on listening
            return m_connection.command("UNLISTEN *", patience);
        const QByteArrayList pending = takePending();
        if (!pending.isEmpty() && !m_connection.command(notifications(pending), patience))
            return false;
        if (Reconnect::Clock::now() >= ping) {
            if (!m_connection.command(listen, patience))
                return false;
            m_reconnect.answered();
            ping = Reconnect::Clock::now() + pingInterval;
        }
        if (const QByteArrayList heard = m_connection.takeNotifications(); !heard.isEmpty())
            QMetaObject::invokeMethod(&m_loop, [this, heard] { m_events.heard(heard); }, Qt::QueuedConnection);
        if (!m_connection.waitFor(m_wake, ping))
            return false;
    }
}

} // namespace openloop::hints
