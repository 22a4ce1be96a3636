// SPDX-License-Identifier: GPL-3.0-or-later
// Of a stream only its end is looked for; a watcher that was told it leaves.
#include "tests/support/jobs/watchers.h"

#include <QDateTime>

#include <array>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace openloop::test {

namespace {

constexpr int readInterval = 20; // ms: how soon a stop is seen
constexpr qsizetype longestWord = 24; // that may be cut in two

QByteArray endIn(const QByteArray &stream)
{
    for (const char *const end : {"done", "failed", "cancelled"}) {
        if (stream.contains(QByteArray("event: ") + end + '\n'))
            return end;
    }
    return {};
}

} // namespace

Watchers::Watchers()
    : m_poll(::epoll_create1(EPOLL_CLOEXEC)), m_thread([this](const std::stop_token &stop) { read(stop); })
{
}

Watchers::~Watchers()
{
    m_thread.request_stop();
    m_thread.join();
    ::close(m_poll);
}

void Watchers::add(quint16 port, const QByteArray &path)
{
    Watcher watcher{RawClient(port), {path, {}, QDateTime::currentMSecsSinceEpoch(), 0}, {}};
    const int descriptor = watcher.client.descriptor();
    const std::lock_guard lock(m_mutex);
    if (!watcher.client.isConnected()) {
        m_told.push_back(watcher.told);
        return;
    }
    watcher.client.ask(path + "/events");
    m_open.emplace(descriptor, std::move(watcher));
    epoll_event event{EPOLLIN, {.fd = descriptor}};
    ::epoll_ctl(m_poll, EPOLL_CTL_ADD, descriptor, &event);
}

int Watchers::open() const
{
    const std::lock_guard lock(m_mutex);
    return int(m_open.size());
}

std::vector<Watchers::Told> Watchers::take()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_told, {});
}

void Watchers::read(const std::stop_token &stop)
{
    std::array<epoll_event, 256> events{};
    while (!stop.stop_requested()) {
        const int ready = ::epoll_wait(m_poll, events.data(), int(events.size()), readInterval);
        for (int i = 0; i < ready; ++i)
            hear(events[std::size_t(i)].data.fd);
    }
}

void Watchers::hear(int descriptor)
{
    std::array<char, 16'384> bytes{};
    const auto count = ::recv(descriptor, bytes.data(), bytes.size(), MSG_DONTWAIT);
    const std::lock_guard lock(m_mutex);
    const auto found = m_open.find(descriptor);
    if (found == m_open.end() || (count < 0 && errno == EAGAIN))
        return;
    Watcher &watcher = found->second;
    if (count > 0) {
        m_greeted += watcher.tail.isEmpty() ? 1 : 0;
        watcher.tail.append(bytes.data(), count);
        watcher.told.end = endIn(watcher.tail);
        watcher.tail = watcher.tail.right(longestWord);
        if (watcher.told.end.isEmpty())
            return;
    }
    watcher.told.at = QDateTime::currentMSecsSinceEpoch();
    m_told.push_back(watcher.told);
    m_open.erase(found); // closes, and so leaves the epoll
}

} // namespace openloop::test
