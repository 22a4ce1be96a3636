// SPDX-License-Identifier: GPL-3.0-or-later
// One thread and one epoll for all of them, so that the clients are quicker than the service.
#include "tests/support/clients/crowd.h"

#include "tests/support/numbers.h"

#include <array>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace openloop::test {

namespace {

using Clock = std::chrono::steady_clock;

// The status of the head in the socket; the rest is not looked at.
int statusOf(int descriptor)
{
    std::array<char, 4096> bytes{};
    const auto count = ::recv(descriptor, bytes.data(), bytes.size(), 0);
    return count < 12 ? 0 : QByteArrayView(bytes.data() + 9, 3).toInt();
}

} // namespace

std::vector<Heard> askAtOnce(quint16 port, const QByteArray &path, int count, std::chrono::milliseconds deadline)
{
    const int poll = ::epoll_create1(EPOLL_CLOEXEC);
    std::vector<RawClient> clients;
    clients.reserve(std::size_t(count));
    for (int i = 0; i < count; ++i) {
        clients.emplace_back(port);
        epoll_event event{EPOLLIN, {.u32 = quint32(i)}};
        ::epoll_ctl(poll, EPOLL_CTL_ADD, clients.back().descriptor(), &event);
    }
    std::vector<Heard> heard(clients.size());
    std::vector<Clock::time_point> sent(clients.size());
    const auto until = Clock::now() + deadline;
    std::size_t next = 0;
    for (std::size_t answered = 0; answered < clients.size() && Clock::now() < until;) {
        if (next < clients.size()) {
            sent[next] = Clock::now();
            clients[next++].ask(path);
        }
        std::array<epoll_event, 64> events{};
        const int ready = ::epoll_wait(poll, events.data(), int(events.size()), next < clients.size() ? 0 : 100);
        for (int i = 0; i < ready; ++i) {
            const auto client = events[std::size_t(i)].data.u32;
            heard[client] = {statusOf(clients[client].descriptor()), Clock::now() - sent[client]};
            ::epoll_ctl(poll, EPOLL_CTL_DEL, clients[client].descriptor(), nullptr);
            ++answered;
        }
    }
    ::close(poll);
    return heard;
}

QByteArray semiprime(unsigned bits, unsigned long seed)
{
    return QByteArray::fromStdString(openloop::test::Numbers(seed).semiprime(bits).get_str());
}

} // namespace openloop::test
