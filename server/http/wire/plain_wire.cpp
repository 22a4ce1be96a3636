// SPDX-License-Identifier: GPL-3.0-or-later
// Edge-triggered epoll with reads into one shared buffer; what a client does not take waits here.
#include "server/http/wire/plain_wire.h"

#include "server/http/message/proxy_header.h"

#include <QLoggingCategory>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace openloop::http {

namespace {

Q_LOGGING_CATEGORY(log, "openloop.http")

int makeEpoll()
{
    const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0)
        throw std::system_error(errno, std::generic_category(), "connections can't be watched");
    return epoll;
}

// Of a read that may succeed the next time, though epoll tells of nothing new.
bool isForAMoment(int error)
{
    return error == EINTR || error == ENOMEM || error == ENOBUFS;
}

} // namespace

Poller::Poller() : m_epoll(makeEpoll()), m_notifier(m_epoll, QSocketNotifier::Read)
{
    QObject::connect(&m_notifier, &QSocketNotifier::activated, &m_notifier, [this] { deliver(); });
}

Poller::~Poller()
{
    m_notifier.setEnabled(false);
    ::close(m_epoll);
}

bool Poller::add(int descriptor, PlainWire *wire)
{
    epoll_event event{EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, {.ptr = wire}};
    const bool watched = ::epoll_ctl(m_epoll, EPOLL_CTL_ADD, descriptor, &event) == 0;
    if (!watched && m_watches)
        qCWarning(log, "new connections are closed, for they can't be watched: %s", std::strerror(errno));
    m_watches = watched;
    return watched;
}

void Poller::remove(int descriptor, const PlainWire *wire)
{
    ::epoll_ctl(m_epoll, EPOLL_CTL_DEL, descriptor, nullptr);
    for (int i = 0; i < m_count; ++i) {
        if (m_events[std::size_t(i)].data.ptr == wire)
            m_events[std::size_t(i)].data.ptr = nullptr;
    }
}

// What does not fit into one turn stays ready, and the next turn begins with it.
void Poller::deliver()
{
    if (m_count > 0)
        return; // an event loop within a handler: that turn goes on first
    m_count = ::epoll_wait(m_epoll, m_events.data(), int(m_events.size()), 0);
    for (int i = 0; i < m_count; ++i) {
        const epoll_event &event = m_events[std::size_t(i)];
        if (event.data.ptr)
            static_cast<PlainWire *>(event.data.ptr)->handle(event.events);
    }
    m_count = 0;
}

PlainWire::PlainWire(int descriptor, std::shared_ptr<Poller> poller, const Networks &proxies)
    : m_poller(std::move(poller)), m_descriptor(descriptor)
{
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    auto *address = reinterpret_cast<sockaddr *>(&peer);
    if (::getpeername(descriptor, address, &size) != 0)
        m_address = QHostAddress::AnyIPv4; // it is gone: nobody's address, and not that of a Unix socket
    else if (peer.ss_family != AF_UNIX)
        m_address.setAddress(address);
    m_maySayWhose = proxies.contains(m_address);
    m_secured = m_maySayWhose || m_address.isNull();
    constexpr int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (!m_poller->add(descriptor, this)) // no memory, or no more watches for this user
        abort();
}

PlainWire::~PlainWire()
{
    abort();
}

void PlainWire::read(QByteArray &in)
{
    if (!m_readable || (m_maySayWhose && !passProxyHeader()))
        return;
    auto &scratch = m_poller->scratch();
    const auto count = ::recv(m_descriptor, scratch.data(), scratch.size(), MSG_DONTWAIT);
    m_readable = count == ssize_t(scratch.size()) || (count < 0 && isForAMoment(errno));
    if (count > 0)
        in.append(scratch.data(), count);
}

void PlainWire::look()
{
    m_readable = m_descriptor >= 0;
}

// Looks before it takes: what is no header is left to who reads requests. Of one that is not whole nothing is taken, so
// that it is looked at again when more of it comes, which epoll tells. False: there is nothing else to be read yet.
bool PlainWire::passProxyHeader()
{
    auto &scratch = m_poller->scratch();
    const auto count = ::recv(m_descriptor, scratch.data(), scratch.size(), MSG_DONTWAIT | MSG_PEEK);
    m_readable = count > 0 || (count < 0 && isForAMoment(errno));
    if (count <= 0)
        return false;
    const ProxyHeader header = readProxyHeader({scratch.data(), count});
    if (header.state == ProxyHeader::State::Incomplete || header.state == ProxyHeader::State::Malformed) {
        m_readable = false;
        if (header.state == ProxyHeader::State::Malformed)
            breakOff();
        return false;
    }
    ::recv(m_descriptor, scratch.data(), std::size_t(header.length), MSG_DONTWAIT);
    if (!header.source.isNull())
        m_address = header.source;
    m_maySayWhose = false;
    return true;
}

void PlainWire::write(const QByteArray &bytes)
{
    if (m_descriptor < 0)
        return;
    if (m_out.isEmpty()) {
        m_out = bytes;
        flush();
    } else {
        m_out.remove(0, std::exchange(m_written, 0));
        m_out.append(bytes);
    }
}

// False if the client took nothing.
bool PlainWire::flush()
{
    const qsizetype before = m_written;
    while (m_written < m_out.size()) {
        const auto count = ::send(m_descriptor, m_out.constData() + m_written, std::size_t(m_out.size() - m_written),
                                  MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            return m_written > before;
        if (count < 0) {
            breakOff();
            return true;
        }
        m_written += count;
    }
    m_out = {};
    m_written = 0;
    return true;
}

// What could not be sent must not be missing from the middle of what is: the client is told no more. That the
// connection is shut has epoll say that it is over, whatever the cause.
void PlainWire::breakOff()
{
    ::shutdown(m_descriptor, SHUT_RDWR);
    m_open = false;
    m_out = {};
    m_written = 0;
}

// That half of the connection is shut has epoll say so.
void PlainWire::endReading()
{
    ::shutdown(m_descriptor, SHUT_RD);
}

void PlainWire::endWriting()
{
    ::shutdown(m_descriptor, SHUT_WR);
}

void PlainWire::abort()
{
    if (m_descriptor < 0)
        return;
    m_poller->remove(m_descriptor, this);
    ::close(std::exchange(m_descriptor, -1));
    m_open = false;
    m_readable = false;
    m_out = {};
    m_written = 0;
}

// What the client had sent before it left is looked at first.
void PlainWire::handle(quint32 events)
{
    if ((events & EPOLLOUT) != 0 && !m_out.isEmpty() && flush())
        observer().wireTook();
    if ((events & EPOLLIN) != 0 && m_descriptor >= 0) {
        m_readable = true;
        observer().wireReadable();
    }
    if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) == 0 || m_descriptor < 0)
        return;
    if ((events & (EPOLLHUP | EPOLLERR)) != 0)
        breakOff();
    observer().wireLeft();
}

} // namespace openloop::http
