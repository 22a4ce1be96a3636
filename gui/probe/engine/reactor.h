// SPDX-License-Identifier: GPL-3.0-or-later
// What a measuring thread sleeps on: sockets and one deadline, to the microsecond; poll() would round it to
// milliseconds.
#pragma once

#include "gui/probe/engine/file_descriptor.h"
#include "gui/probe/samples/clock.h"

#include <functional>
#include <mutex>
#include <optional>
#include <vector>

namespace openloop::probe {

/// epoll, a timerfd and an eventfd. post() and wake() from any thread, all else from the one that waits.
class Reactor
{
public:
    class Watcher
    {
    public:
        virtual ~Watcher() = default;
        virtual void ready(int fd, unsigned epollEvents) = 0;
    };

    Reactor();

    /// epollEvents 0 forgets the descriptor. One watcher per descriptor; it outlives the watch.
    void watch(int fd, unsigned epollEvents, Watcher *watcher);
    /// A new descriptor, whose owner calls closing() before it closes it. Until then it stays with the kernel while
    /// nobody watches it, so that the next watch for the same events costs no system call.
    void keep(int fd) { watched(fd) = {nullptr, 0, true}; }
    void closing(int fd);
    /// Sleeps until a descriptor is ready, wake() or `deadline`; then tells watchers of at most 8
    /// descriptors, so that due ticks never stand behind a crowd of answers, and runs what was posted.
    void waitUntil(Instant deadline);

    void post(std::function<void()> work); ///< any thread; runs in the waiting thread
    void wake(); ///< any thread

    /// Asks the kernel to wake this thread as exactly as it can (no timer slack).
    static void sharpenTimers();

private:
    struct Watched {
        Watcher *watcher = nullptr;
        unsigned epollEvents = 0; ///< as the kernel knows them
        bool isKept = false;
    };
    Watched &watched(int fd);
    void tellKernel(int fd, unsigned epollEvents);
    void arm(Instant deadline);
    void runPosted();

    FileDescriptor m_epoll, m_timer, m_event;
    std::optional<Instant> m_armed; ///< what the timer is set to, until it has rung
    std::vector<Watched> m_watched; ///< by descriptor
    std::mutex m_mutex;
    std::vector<std::function<void()>> m_posted;
};

} // namespace openloop::probe
