// SPDX-License-Identifier: GPL-3.0-or-later
// epoll with a timerfd for the deadline and an eventfd for what other threads post.
#include "gui/probe/engine/reactor.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <system_error>
#include <utility>

namespace openloop::probe {

namespace {

int checked(int fd, const char *what)
{
    if (fd < 0)
        throw std::system_error(errno, std::generic_category(), what);
    return fd;
}

} // namespace

Reactor::Reactor()
    : m_epoll(checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      m_timer(checked(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC), "timerfd_create")),
      m_event(checked(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd"))
{
    for (const int fd : {m_timer.get(), m_event.get()}) {
        epoll_event event{};
        // The timer's edge is enough: it is armed anew after each. An unread count would ring on.
        event.events = fd == m_timer.get() ? EPOLLIN | EPOLLET : EPOLLIN;
        event.data.fd = fd;
        checked(epoll_ctl(m_epoll.get(), EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
    }
}

Reactor::Watched &Reactor::watched(int fd)
{
    const auto index = static_cast<std::size_t>(fd);
    if (index >= m_watched.size())
        m_watched.resize(index + 1);
    return m_watched[index];
}

void Reactor::watch(int fd, unsigned epollEvents, Watcher *watcher)
{
    auto &known = watched(fd);
    known.watcher = epollEvents == 0 ? nullptr : watcher;
    if (!known.isKept || (epollEvents != 0 && epollEvents != known.epollEvents))
        tellKernel(fd, epollEvents);
}

void Reactor::closing(int fd)
{
    // Closing would do, unless a child process has inherited it.
    if (watched(fd).epollEvents != 0)
        tellKernel(fd, 0);
    watched(fd) = {};
}

void Reactor::tellKernel(int fd, unsigned epollEvents)
{
    epoll_event event{};
    event.events = epollEvents;
    event.data.fd = fd;
    const bool isNew = std::exchange(watched(fd).epollEvents, epollEvents) == 0;
    if (epollEvents == 0) {
        epoll_ctl(m_epoll.get(), EPOLL_CTL_DEL, fd,
                  &event); // fails when the socket is closed already: just as well
        return;
    }
    if (isNew && epoll_ctl(m_epoll.get(), EPOLL_CTL_ADD, fd, &event) == 0)
        return;
    // A closed descriptor leaves epoll by itself, and its number comes back for another socket.
    if (epoll_ctl(m_epoll.get(), EPOLL_CTL_MOD, fd, &event) != 0 && errno == ENOENT)
        epoll_ctl(m_epoll.get(), EPOLL_CTL_ADD, fd, &event);
}

void Reactor::arm(Instant deadline)
{
    if (m_armed == deadline)
        return;
    m_armed = deadline;
    // An absolute time of zero would disarm the timer.
    const auto time = std::max(deadline.time_since_epoch(), Instant::duration(1));
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    itimerspec spec{};
    spec.it_value.tv_sec = seconds.count();
    spec.it_value.tv_nsec = (time - seconds).count();
    timerfd_settime(m_timer.get(), TFD_TIMER_ABSTIME, &spec, nullptr);
}

void Reactor::waitUntil(Instant deadline)
{
    arm(deadline);
    std::array<epoll_event, 8> events{};
    const int count = epoll_wait(m_epoll.get(), events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == m_timer.get()) {
            m_armed.reset(); // so that the same deadline rings again
            continue;
        }
        if (fd == m_event.get()) {
            quint64 ignored = 0;
            [[maybe_unused]] const auto size = ::read(fd, &ignored, sizeof ignored);
            continue;
        }
        // A watcher called before may have dropped this one, or its other end was closed while nobody watched it.
        if (auto *watcher = watched(fd).watcher)
            watcher->ready(fd, events[static_cast<std::size_t>(i)].events);
        else
            tellKernel(fd, 0);
    }
    runPosted();
}

void Reactor::runPosted()
{
    std::vector<std::function<void()>> posted;
    {
        const std::lock_guard lock(m_mutex);
        posted.swap(m_posted);
    }
    for (const auto &work : posted)
        work();
}

void Reactor::post(std::function<void()> work)
{
    {
        const std::lock_guard lock(m_mutex);
        m_posted.push_back(std::move(work));
    }
    wake();
}

void Reactor::wake()
{
    const quint64 one = 1;
    [[maybe_unused]] const auto size = ::write(m_event.get(), &one, sizeof one);
}

void Reactor::sharpenTimers()
{
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
}

} // namespace openloop::probe
