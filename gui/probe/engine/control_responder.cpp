// SPDX-License-Identifier: GPL-3.0-or-later
// Accepts on loopback and answers whatever asks as soon as its head is whole: one epoll loop, no parsing.
#include "gui/probe/engine/control_responder.h"

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <system_error>
#include <vector>

namespace openloop::probe {

namespace {

struct Connection {
    FileDescriptor socket;
    std::size_t headEnd = 0; ///< how much of "\r\n\r\n" has been seen

    /// False: gone.
    bool serve()
    {
        char bytes[2048];
        const auto size = ::recv(socket.get(), bytes, sizeof bytes, 0);
        if (size <= 0)
            return size < 0 && (errno == EAGAIN || errno == EINTR);
        for (const char byte : std::string_view(bytes, static_cast<std::size_t>(size))) {
            headEnd = byte == "\r\n\r\n"[headEnd] ? headEnd + 1 : (byte == '\r' ? 1 : 0);
            if (headEnd < 4)
                continue;
            headEnd = 0;
            if (::send(socket.get(), ControlResponder::answer.data(), ControlResponder::answer.size(), MSG_NOSIGNAL)
                < 0)
                return false;
        }
        return true;
    }
};

} // namespace

ControlResponder::ControlResponder()
    : m_listener(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
      m_wake(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto *generic = reinterpret_cast<sockaddr *>(&address);
    if (!m_wake.isValid() || ::bind(m_listener.get(), generic, length) != 0 || ::listen(m_listener.get(), 64) != 0
        || ::getsockname(m_listener.get(), generic, &length) != 0)
        throw std::system_error(errno, std::generic_category(), "control responder");
    m_port = ntohs(address.sin_port);
    m_thread = std::jthread([this](std::stop_token stop) { serve(stop); });
}

ControlResponder::~ControlResponder()
{
    m_thread.request_stop();
    const quint64 one = 1;
    [[maybe_unused]] const auto size = ::write(m_wake.get(), &one, sizeof one);
    m_thread.join();
}

void ControlResponder::serve(std::stop_token stop)
{
    prctl(PR_SET_NAME, "control");
    std::vector<Connection> connections;
    std::vector<pollfd> polled;
    while (!stop.stop_requested()) {
        polled.assign({{m_wake.get(), POLLIN, 0}, {m_listener.get(), POLLIN, 0}});
        for (const auto &connection : connections)
            polled.push_back({connection.socket.get(), POLLIN, 0});
        ::poll(polled.data(), polled.size(), -1);
        for (auto i = polled.size(); i-- > 2;) {
            if (polled[i].revents != 0 && !connections[i - 2].serve())
                connections.erase(connections.begin() + static_cast<std::ptrdiff_t>(i - 2));
        }
        if (polled[1].revents == 0)
            continue;
        FileDescriptor accepted(::accept4(m_listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        const int on = 1;
        if (accepted.isValid()) {
            ::setsockopt(accepted.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            connections.push_back({std::move(accepted)});
        }
    }
}

} // namespace openloop::probe
