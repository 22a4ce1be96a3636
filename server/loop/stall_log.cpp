// SPDX-License-Identifier: GPL-3.0-or-later
// A queue of bounded length; a stall that was forgotten before its end is one of hundreds at once.
#include "server/loop/stall_log.h"

#include <algorithm>

namespace openloop {

void StallLog::addLoop(int loop)
{
    const std::lock_guard lock(m_mutex);
    m_counts.resize(std::max(m_counts.size(), std::size_t(loop) + 1));
}

quint64 StallLog::begin(Stall stall)
{
    const std::lock_guard lock(m_mutex);
    ++m_counts.at(std::size_t(stall.loop)).stalls;
    m_stalls.push_back(std::move(stall));
    if (m_stalls.size() > most) {
        m_stalls.pop_front();
        ++m_forgotten;
    }
    return m_forgotten + m_stalls.size() - 1;
}

void StallLog::end(quint64 number, std::chrono::milliseconds duration, std::optional<Stall::Request> request)
{
    const std::lock_guard lock(m_mutex);
    if (number < m_forgotten)
        return;
    Stall &stall = m_stalls[number - m_forgotten];
    stall.duration = duration;
    stall.isOver = true;
    if (!stall.request)
        stall.request = std::move(request);
    m_counts[std::size_t(stall.loop)].time += duration;
}

std::vector<Stall> StallLog::newestFirst() const
{
    std::vector<Stall> stalls;
    {
        const std::lock_guard lock(m_mutex);
        stalls.assign(m_stalls.rbegin(), m_stalls.rend());
    }
    const auto now = std::chrono::steady_clock::now();
    for (Stall &stall : stalls) {
        if (!stall.isOver)
            stall.duration = std::chrono::duration_cast<std::chrono::milliseconds>(now - stall.since);
    }
    return stalls;
}

std::vector<StallLog::Count> StallLog::counts() const
{
    const std::lock_guard lock(m_mutex);
    return m_counts;
}

} // namespace openloop
