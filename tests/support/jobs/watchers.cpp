// SPDX-License-Identifier: GPL-3.0-or-later
// Of a stream only its end is looked for; a watcher that was told it leaves.
#include "tests/support/jobs/watchers.h"

#include <QDateTime>

#include <algorithm>
#include <array>
#include <functional>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace openloop::test {

namespace {

constexpr int readInterval = 20; // ms: how soon a stop is seen
constexpr qsizetype longestWord = 24; // that may be cut in two
constexpr std::chrono::seconds retryAfter(1); // as the server says

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
    const std::lock_guard lock(m_mutex);
    ask(port, path);
}

void Watchers::ask(quint16 port, const QByteArray &path)
{
    Watcher watcher{port, {path, {}, QDateTime::currentMSecsSinceEpoch(), 0}, RawClient(port), {}};
    const int descriptor = watcher.client.descriptor();
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
    return int(m_open.size() + m_refused.size());
}

std::vector<Watchers::Told> Watchers::take()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_told, {});
}

void Watchers::comeBack()
{
    const auto isDue = [now = Clock::now()](const Refused &refused) { return refused.comesBack <= now; };
    const auto due = std::ranges::stable_partition(m_refused, std::not_fn(isDue));
    const std::vector<Refused> asking(due.begin(), due.end());
    m_refused.erase(due.begin(), due.end());
    for (const Refused &each : asking)
        ask(each.port, each.path);
}

void Watchers::read(const std::stop_token &stop)
{
    std::array<epoll_event, 256> events{};
    while (!stop.stop_requested()) {
        {
            const std::lock_guard lock(m_mutex);
            comeBack();
        }
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
        const bool isFirst = watcher.tail.isEmpty();
        watcher.tail.append(bytes.data(), count);
        if (isFirst && (watcher.tail.startsWith("HTTP/1.1 503") || watcher.tail.startsWith("HTTP/1.1 504"))) {
            m_refused.push_back({watcher.port, watcher.told.path, Clock::now() + retryAfter});
            m_open.erase(found);
            return;
        }
        m_greeted += isFirst ? 1 : 0;
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
