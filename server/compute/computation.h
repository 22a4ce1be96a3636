// SPDX-License-Identifier: GPL-3.0-or-later
// One number on its way through Cpu, shared by all who wait for it.
#pragma once

#include "server/factoring/factor.h"
#include "server/http/message/failure.h"
#include "server/loop/async_event.h"

#include <QString>

#include <atomic>
#include <functional>
#include <mutex>

namespace openloop {

/// Where a computation waits: quick ones never wait for a thread that a long one has.
enum class Lane { Quick, Long };

/// A computation at the moment at which the engine tells its progress.
struct Moment {
    const mpz_class &n;
    const factoring::Progress &progress;
    const std::stop_token &stop;
    const std::function<void()> &interlude; ///< lends the thread for a moment; may be empty
};

struct Computation {
    using Clock = std::chrono::steady_clock;

    Computation(mpz_class number, Lane where, QString who, bool job)
        : n(std::move(number)), lane(where), client(std::move(who)), isJob(job)
    {
    }

    const mpz_class n;
    const Lane lane;
    QString client; ///< who is charged for it; changed while no queue has it
    std::atomic<bool> isJob; ///< nobody awaits it; any thread may look
    const Clock::time_point admitted = Clock::now();
    std::stop_source stop; ///< any thread

    // The thread of the event loop only.
    int waiting = 0; ///< those who await `ended`
    int requests = 0; ///< of them, those who are no jobs
    QString jobsClient; ///< of those who are jobs
    AsyncEvent ended; ///< notifies when one of the two is there
    std::optional<factoring::Result> result;
    std::optional<http::Failure> refused;
    Clock::time_point started; ///< with the result
    Clock::time_point finished;

    // Any thread.
    /// ECM tells of each round anew; what is shown of a phase never goes back.
    void tell(factoring::Progress progress)
    {
        const std::lock_guard lock(m_mutex);
        if (progress.phase == m_progress.phase)
            progress.fraction = std::max(progress.fraction, m_progress.fraction);
        m_progress = progress;
    }
    factoring::Progress progress() const
    {
        const std::lock_guard lock(m_mutex);
        return m_progress;
    }

private:
    mutable std::mutex m_mutex;
    factoring::Progress m_progress;
};

} // namespace openloop
