// SPDX-License-Identifier: GPL-3.0-or-later
// Computes, on a pool of its own, so that a handler can await a factorization while the loop stays free.
#pragma once

#include "server/factoring/factor.h"

#include <QCoroTask>
#include <QThreadPool>

#include <chrono>
#include <stop_token>

namespace openloop {

/// The factoring pool. Its threads run at nice 19, so that they never take the processor from the event loop, and
/// there are never more than `threads` of them. Lives on the thread of the event loop.
/// Destroying it waits for the running computations; request their stop first.
class Cpu
{
public:
    struct Settings {
        int threads = 1; ///< 1 or more
        int queue = 64; ///< computations that wait for a thread; beyond it 503
        std::chrono::milliseconds timeout{30'000}; ///< for each, its waiting included
    };

    explicit Cpu(Settings settings);
    ~Cpu();
    Q_DISABLE_COPY_MOVE(Cpu)

    /// Prime factors of n, complete. Throws http::Failure: 503 the queue is full; 504 the deadline passed, with what
    /// was `found` and what is `remaining`; 499 `stop` was requested: the thread is free within 50 ms.
    QCoro::Task<factoring::Result> factorize(mpz_class n, std::stop_token stop);

    int running() const; ///< computations on a thread
    int queued() const; ///< computations that wait for one
    const Settings &settings() const { return m_settings; }

private:
    Settings m_settings;
    QThreadPool m_pool;
    int m_admitted = 0;
};

} // namespace openloop
