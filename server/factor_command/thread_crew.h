// SPDX-License-Identifier: GPL-3.0-or-later
// The command's own threads for one hard number; started when first asked for, so that easy numbers cost none.
#pragma once

#include "server/factoring/factor.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace openloop::factor_command {

/// Any thread may ask. The destructor waits for work that runs.
class ThreadCrew final : public factoring::Crew
{
public:
    /// most: threads besides the calling one.
    explicit ThreadCrew(unsigned most);
    ~ThreadCrew() override;

    bool tryRun(std::function<void()> work) override;

private:
    void serve();

    const unsigned m_most;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::vector<std::function<void()>> m_waiting; ///< never more than idle threads
    unsigned m_idle = 0;
    bool m_ending = false;
    std::vector<std::jthread> m_threads;
};

} // namespace openloop::factor_command
