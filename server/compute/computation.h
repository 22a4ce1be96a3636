// SPDX-License-Identifier: GPL-3.0-or-later
// One work on its way through the pool, shared by all who wait for it.
#pragma once

#include "server/compute/work.h"
#include "server/http/message/failure.h"
#include "server/loop/async_event.h"

#include <QString>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <optional>

namespace openloop {

struct Computation {
    using Clock = std::chrono::steady_clock;

    Computation(Work what, QString who, bool unawaited)
        : work(std::move(what)), client(std::move(who)), isBackground(unawaited)
    {
    }

    const Work work;
    QString client; ///< who is charged for it; changed while no queue has it
    std::atomic<bool> isBackground; ///< nobody awaits it; any thread may look
    const Clock::time_point admitted = Clock::now();
    std::stop_source stop; ///< any thread

    // The thread of the event loop only.
    int waiting = 0; ///< those who await `ended`
    int awaited = 0; ///< of them, those who are not in the background
    QString backgroundClient; ///< of those who are
    AsyncEvent ended; ///< notifies when it is over
    Clock::time_point stopAsked; ///< of who is in Pool::m_stopped
    Clock::duration ignoredFor(Clock::time_point now) const
    {
        return std::max(now - std::max(stopAsked, ownSince.load()), Clock::duration(0));
    }
    bool isOver = false; ///< one of the following is there
    std::any result;
    std::exception_ptr error;
    std::optional<http::Failure> refused;
    Clock::time_point started; ///< with the result
    Clock::time_point finished;

    // Any thread.
    std::atomic<Clock::time_point> ownSince{}; ///< its thread was lent before; max(): it is now
    void tell(std::any progress)
    {
        const std::lock_guard lock(m_mutex);
        m_progress = std::move(progress);
    }
    std::any progress() const
    {
        const std::lock_guard lock(m_mutex);
        return m_progress;
    }

private:
    mutable std::mutex m_mutex;
    std::any m_progress;
};

} // namespace openloop
