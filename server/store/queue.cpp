// SPDX-License-Identifier: GPL-3.0-or-later
// Whoever pops skips what was answered meanwhile; whoever pushes is refused at the bound.
#include "server/store/queue.h"

#include "server/store/batch.h"

using namespace std::chrono_literals;

namespace openloop {

namespace {

constexpr auto spareGrace = 5ms; // who has just answered asks for the next at once

} // namespace

bool StoreQueue::push(std::shared_ptr<StoreWork> unit)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_waiting.size() >= m_bound)
            dropAnswered();
        if (m_waiting.size() >= m_bound)
            return false;
        m_waiting.push_back(std::move(unit));
    }
    m_wake.notify_one();
    m_wakeSpare.notify_one();
    return true;
}

std::shared_ptr<StoreWork> StoreQueue::pop(const std::stop_token &stop, std::chrono::milliseconds patience,
                                           Together together)
{
    std::unique_lock lock(m_mutex);
    ++m_idle;
    m_wake.wait_for(lock, stop, patience, [this] { return !m_waiting.empty(); });
    --m_idle;
    std::shared_ptr<StoreWork> unit = take(stop);
    return unit && m_idle == 0 ? gather(std::move(unit), together) : unit;
}

std::shared_ptr<StoreWork> StoreQueue::popSpare(const std::stop_token &stop, std::chrono::milliseconds patience)
{
    std::unique_lock lock(m_mutex);
    const auto isNeeded = [this] { return m_waiting.size() > m_idle; };
    if (!m_wakeSpare.wait_for(lock, stop, patience, isNeeded))
        return nullptr;
    m_wakeSpare.wait_for(lock, stop, spareGrace, [&] { return !isNeeded(); });
    if (!isNeeded())
        return nullptr;
    std::shared_ptr<StoreWork> unit = take(stop);
    m_wakeSpare.notify_one(); // what rang for others meanwhile has rung here
    return unit;
}

std::shared_ptr<StoreWork> StoreQueue::take(const std::stop_token &stop)
{
    if (stop.stop_requested())
        return nullptr;
    while (!m_waiting.empty()) {
        const std::shared_ptr<StoreWork> unit = std::move(m_waiting.front());
        m_waiting.pop_front();
        if (!unit->answered())
            return unit;
    }
    return nullptr;
}

std::shared_ptr<StoreWork> StoreQueue::gather(std::shared_ptr<StoreWork> first, Together together)
{
    if (!first->question())
        return first;
    const size_t share = (m_waiting.size() + together.threads) / together.threads; // of these and the first, rounded up
    StoreWork::Parts parts{first};
    while (parts.size() < std::min(share, together.atMost) && !m_waiting.empty() && m_waiting.front()->question()) {
        if (!m_waiting.front()->answered())
            parts.push_back(std::move(m_waiting.front()));
        m_waiting.pop_front();
    }
    return parts.size() == 1 ? first : std::make_shared<StoreBatch>(std::move(parts));
}

void StoreQueue::failOverdue(StoreWork::Clock::time_point now, const http::Failure &failure)
{
    const std::lock_guard lock(m_mutex);
    for (const auto &unit : m_waiting)
        unit->failOverdue(now, failure);
}

void StoreQueue::failAll(const http::Failure &failure)
{
    const std::lock_guard lock(m_mutex);
    for (const auto &unit : m_waiting)
        unit->fail(failure);
    m_waiting.clear();
}

bool StoreQueue::isEmpty() const
{
    const std::lock_guard lock(m_mutex);
    return m_waiting.empty();
}

void StoreQueue::dropAnswered()
{
    std::erase_if(m_waiting, [](const auto &unit) { return unit->answered(); });
}

} // namespace openloop
