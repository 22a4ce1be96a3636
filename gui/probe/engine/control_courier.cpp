// SPDX-License-Identifier: GPL-3.0-or-later
// Sends heads that are always the same and counts the bytes that come back.
#include "gui/probe/engine/control_courier.h"

#include "gui/probe/engine/control_responder.h"

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

using namespace std::chrono_literals;

namespace openloop::probe {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto patience = 5s;
constexpr std::string_view request = "GET /control HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

} // namespace

ControlCourier::ControlCourier(Reactor &reactor, quint16 port, Done done)
    : m_reactor(reactor), m_port(port), m_done(std::move(done))
{
}

ControlCourier::~ControlCourier()
{
    ControlCourier::abortAll();
}

void ControlCourier::start(const QByteArray &, Instant due)
{
    m_open.push_back({due, Clock::now()});
    m_deadline = m_open.front().at + patience;
    if (!m_socket.isValid())
        connect();
    const auto size = ::send(m_socket.get(), request.data(), request.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size != static_cast<ssize_t>(request.size()))
        fail(Outcome::Reset);
}

void ControlCourier::connect()
{
    m_socket = FileDescriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(m_port);
    const int on = 1;
    ::setsockopt(m_socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    // Does not wait: the kernel itself takes it for the listener, which nobody else knows of.
    if (::connect(m_socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0)
        m_reactor.watch(m_socket.get(), EPOLLIN, this);
}

void ControlCourier::ready(int, unsigned)
{
    char bytes[4096];
    const auto size = ::recv(m_socket.get(), bytes, sizeof bytes, MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (size <= 0)
        return fail(Outcome::Reset);
    m_received += static_cast<std::size_t>(size);
    while (m_received >= ControlResponder::answer.size() && !m_open.empty()) {
        m_received -= ControlResponder::answer.size();
        const auto sent = m_open.front();
        m_open.pop_front();
        m_deadline = m_open.empty() ? Instant::max() : m_open.front().at + patience;
        finish(sent, Outcome::Ok);
    }
}

void ControlCourier::finish(const Sent &sent, Outcome outcome)
{
    Answer answer;
    auto &sample = answer.sample;
    sample.due = sent.due;
    sample.sent = sent.at;
    sample.firstByte = sample.done = Clock::now();
    sample.phases.firstByte = sample.service();
    sample.outcome = outcome;
    sample.reused = true;
    sample.status = outcome == Outcome::Ok ? 200 : 0;
    m_done(std::move(answer));
}

void ControlCourier::fail(Outcome outcome)
{
    const auto failed = std::exchange(m_open, {});
    abortAll();
    for (const auto &sent : failed)
        finish(sent, outcome);
}

void ControlCourier::abortAll()
{
    if (m_socket.isValid())
        m_reactor.watch(m_socket.get(), 0, nullptr);
    m_socket = FileDescriptor();
    m_open.clear();
    m_received = 0;
    m_deadline = Instant::max();
}

std::vector<Instant> ControlCourier::openDues() const
{
    std::vector<Instant> dues;
    for (const auto &sent : m_open)
        dues.push_back(sent.due);
    return dues;
}

void ControlCourier::onDeadline(Instant now)
{
    if (now >= m_deadline)
        fail(Outcome::TimedOut);
}

} // namespace openloop::probe
