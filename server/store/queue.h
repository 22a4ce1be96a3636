// SPDX-License-Identifier: GPL-3.0-or-later
// The bounded queue between those who ask the database and the threads that own its connections.
#pragma once

#include "server/store/work.h"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>

namespace openloop {

/// First in, first out. Work that was answered while it waited (deadline, client left) gives its place back. Any
/// thread.
class StoreQueue
{
public:
    explicit StoreQueue(int bound) : m_bound(size_t(bound)) { }

    /// False if `bound` units wait already.
    bool push(std::shared_ptr<StoreWork> unit);

    /// How many units with a question may be one, and among how many threads what waits is shared.
    struct Together {
        size_t atMost = 1;
        size_t threads = 1;
    };

    /// The next unit that nobody has answered; null after `patience`, or once `stop` is requested. While no other
    /// thread is idle, its share of the questions that wait behind it comes with it, as one StoreBatch.
    std::shared_ptr<StoreWork> pop(const std::stop_token &stop, std::chrono::milliseconds patience,
                                   Together together = {1, 1});

    /// The same for who would have to open a connection first: only what nobody in pop() takes soon.
    std::shared_ptr<StoreWork> popSpare(const std::stop_token &stop, std::chrono::milliseconds patience);

    /// Answers every unit whose deadline has passed.
    void failOverdue(StoreWork::Clock::time_point now, const http::Failure &failure);

    /// Answers every unit.
    void failAll(const http::Failure &failure);

    bool isEmpty() const;

private:
    std::shared_ptr<StoreWork> take(const std::stop_token &stop);
    std::shared_ptr<StoreWork> gather(std::shared_ptr<StoreWork> first, Together together);
    void dropAnswered();

    const size_t m_bound;
    mutable std::mutex m_mutex;
    std::condition_variable_any m_wake; // the level: m_waiting is not empty
    std::condition_variable_any m_wakeSpare; // the level: more wait than are idle
    size_t m_idle = 0; // threads in pop()
    std::deque<std::shared_ptr<StoreWork>> m_waiting;
};

} // namespace openloop
