// SPDX-License-Identifier: GPL-3.0-or-later
// Answers when the programme says, by a thread that does nothing else.
#include "tests/support/programmed_server.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <deque>
#include <list>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <system_error>
#include <vector>

using openloop::probe::FileDescriptor;

namespace openloop::test {

namespace {

using Clock = std::chrono::steady_clock;

struct Listening {
    FileDescriptor socket;
    quint16 port = 0;
};

Listening boundToLoopback()
{
    Listening listening{FileDescriptor(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto *generic = reinterpret_cast<sockaddr *>(&address);
    if (::bind(listening.socket.get(), generic, length) != 0
        || ::getsockname(listening.socket.get(), generic, &length) != 0)
        throw std::system_error(errno, std::generic_category(), "test server");
    listening.port = ntohs(address.sin_port);
    return listening;
}

Listening listenOnLoopback()
{
    auto listening = boundToLoopback();
    if (::listen(listening.socket.get(), 1024) != 0)
        throw std::system_error(errno, std::generic_category(), "test server");
    return listening;
}

QByteArray answerText(const Reaction &reaction)
{
    return "HTTP/1.1 " + QByteArray::number(reaction.status) + " Programmed\r\nContent-Length: "
        + QByteArray::number(reaction.body.size()) + "\r\n" + reaction.fields + "\r\n" + reaction.body;
}

} // namespace

struct ProgrammedServer::Connection {
    FileDescriptor socket;
    QByteArray received;
    struct Due {
        Clock::time_point at;
        Reaction reaction;
    };
    std::deque<Due> answers; ///< in order, as HTTP/1.1 wants it
    bool gone = false;

    void abort()
    {
        const linger hard{1, 0}; // RST instead of FIN
        ::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        gone = true;
    }

    void answerDue(Clock::time_point now)
    {
        while (!gone && !answers.empty() && answers.front().at <= now) {
            const auto reaction = std::move(answers.front().reaction);
            answers.pop_front();
            if (reaction.kind == Reaction::Kind::Reset)
                return abort();
            const auto text = answerText(reaction);
            if (::send(socket.get(), text.constData(), static_cast<std::size_t>(text.size()), MSG_NOSIGNAL) < 0)
                gone = true;
        }
    }

    void read(const React &react, std::atomic<int> &requests)
    {
        char bytes[8192];
        const auto size = ::recv(socket.get(), bytes, sizeof bytes, 0);
        if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR))
            gone = true;
        if (size <= 0)
            return;
        received.append(bytes, static_cast<qsizetype>(size));
        for (auto end = received.indexOf("\r\n\r\n"); end >= 0; end = received.indexOf("\r\n\r\n")) {
            const auto path = received.split(' ').value(1);
            received.remove(0, end + 4);
            const auto now = Clock::now();
            const auto reaction = react(requests++, path);
            if (reaction.kind != Reaction::Kind::Silence)
                answers.push_back({now + reaction.latency, reaction});
        }
    }
};

ProgrammedServer::ProgrammedServer(React react)
    : m_react(std::move(react)), m_wake(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))
{
    auto listening = listenOnLoopback();
    m_listener = std::move(listening.socket);
    m_port = listening.port;
    m_thread = std::jthread([this](std::stop_token stop) { serve(stop); });
}

ProgrammedServer::~ProgrammedServer()
{
    m_thread.request_stop();
    stallFor({});
    m_thread.join();
}

QString ProgrammedServer::url(const QString &path) const
{
    return QStringLiteral("http://127.0.0.1:%1%2").arg(m_port).arg(path);
}

void ProgrammedServer::stallFor(std::chrono::nanoseconds duration)
{
    m_stall = duration;
    const quint64 one = 1;
    [[maybe_unused]] const auto size = ::write(m_wake.get(), &one, sizeof one);
}

void ProgrammedServer::serve(std::stop_token stop)
{
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    std::list<Connection> connections;
    std::vector<pollfd> polled;
    while (!stop.stop_requested()) {
        auto next = Clock::time_point::max();
        polled.assign({{m_wake.get(), POLLIN, 0}, {m_listener.get(), POLLIN, 0}});
        for (const auto &connection : connections) {
            polled.push_back({connection.socket.get(), POLLIN, 0});
            if (!connection.answers.empty())
                next = std::min(next, connection.answers.front().at);
        }
        timespec wait{};
        const auto left = std::max(Clock::duration(0), next - Clock::now());
        wait.tv_sec = std::chrono::floor<std::chrono::seconds>(left).count();
        wait.tv_nsec = (left % std::chrono::seconds(1)).count();
        ::ppoll(polled.data(), polled.size(), next == Clock::time_point::max() ? nullptr : &wait, nullptr);

        if (polled[0].revents != 0) {
            quint64 ignored = 0;
            [[maybe_unused]] const auto size = ::read(m_wake.get(), &ignored, sizeof ignored);
            if (const auto stall = m_stall.exchange(std::chrono::nanoseconds(0)); stall.count() > 0) {
                m_stalledFrom = Clock::now();
                std::this_thread::sleep_for(stall); // the stall itself
                m_stalledUntil = Clock::now();
            }
        }
        auto at = polled.cbegin() + 2;
        for (auto &connection : connections) {
            if ((at++)->revents != 0)
                connection.read(m_react, m_requests);
            connection.answerDue(Clock::now());
        }
        connections.remove_if([](const Connection &connection) { return connection.gone; });
        if (polled[1].revents != 0) {
            const int on = 1;
            FileDescriptor accepted(::accept4(m_listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
            if (accepted.isValid()) {
                ++m_accepted;
                ::setsockopt(accepted.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                connections.emplace_back().socket = std::move(accepted);
            }
        }
        m_open = static_cast<int>(connections.size());
    }
}

} // namespace openloop::test
