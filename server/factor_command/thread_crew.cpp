// SPDX-License-Identifier: GPL-3.0-or-later
// Threads that wait for work, and one more is started as long as none is idle.
#include "server/factor_command/thread_crew.h"

#include <system_error>
#include <utility>

namespace openloop::factor_command {

ThreadCrew::ThreadCrew(unsigned most) : m_most(most) { }

ThreadCrew::~ThreadCrew()
{
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
    }
    m_wake.notify_all();
    m_threads.clear();
}

bool ThreadCrew::tryRun(std::function<void()> work)
{
    const std::lock_guard lock(m_mutex);
    if (m_waiting.size() >= m_idle) {
        if (m_threads.size() >= m_most)
            return false;
        try {
            m_threads.emplace_back([this] { serve(); });
        } catch (const std::system_error &) {
            return false; // the system has no thread left: fewer work
        }
        ++m_idle;
    }
    m_waiting.push_back(std::move(work));
    m_wake.notify_one();
    return true;
}

// A thread counts as idle from its start, so that the work it was started for finds it.
void ThreadCrew::serve()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_wake.wait(lock, [this] { return m_ending || !m_waiting.empty(); });
        if (m_waiting.empty())
            return;
        const std::function<void()> work = std::move(m_waiting.back());
        m_waiting.pop_back();
        --m_idle;
        lock.unlock();
        work();
        lock.lock();
        ++m_idle;
    }
}

} // namespace openloop::factor_command
