// SPDX-License-Identifier: GPL-3.0-or-later
// The turns, the one who is next first; each holds what one client has waiting.
#include "server/compute/fair_queue.h"

#include <algorithm>

namespace openloop {

FairQueue::Turns::iterator FairQueue::turnOf(const QString &client)
{
    return std::find_if(m_turns.begin(), m_turns.end(), [&](const Turn &turn) { return turn.client == client; });
}

void FairQueue::push(Item item)
{
    auto turn = turnOf(item->client);
    if (turn == m_turns.end())
        turn = m_turns.insert(m_turns.end(), Turn{item->client, {}});
    turn->items.push_back(std::move(item));
    ++m_size;
}

FairQueue::Item FairQueue::pop()
{
    return popFrom(m_turns.begin());
}

FairQueue::Item FairQueue::popAwaited(Computation::Clock::time_point admitted)
{
    return popFrom(std::find_if(m_turns.begin(), m_turns.end(), [&](const Turn &turn) {
        const Item &oldest = turn.items.front();
        return !oldest->isBackground && oldest->admitted < admitted;
    }));
}

FairQueue::Item FairQueue::popFrom(Turns::iterator from)
{
    if (from == m_turns.end())
        return nullptr;
    Turn turn = std::move(*from);
    m_turns.erase(from);
    Item item = std::move(turn.items.front());
    turn.items.pop_front();
    if (!turn.items.empty())
        m_turns.push_back(std::move(turn));
    --m_size;
    return item;
}

bool FairQueue::remove(const Item &item)
{
    const auto turn = turnOf(item->client);
    if (turn == m_turns.end() || std::erase(turn->items, item) == 0)
        return false;
    if (turn->items.empty())
        m_turns.erase(turn);
    --m_size;
    return true;
}

bool FairQueue::hasGreedierThan(const QString &client)
{
    return greedierThan(client) != m_turns.end();
}

FairQueue::Item FairQueue::popFromGreedierThan(const QString &client)
{
    const auto turn = greedierThan(client);
    if (turn == m_turns.end())
        return nullptr;
    Item item = turn->items.back();
    remove(item);
    return item;
}

FairQueue::Turns::iterator FairQueue::greedierThan(const QString &client)
{
    const auto sizeOf = [](const Turn &turn) { return turn.items.front()->isBackground ? 0 : turn.items.size(); };
    const auto greediest = std::ranges::max_element(m_turns, {}, sizeOf);
    const auto own = turnOf(client);
    const std::size_t had = own == m_turns.end() ? 0 : own->items.size();
    return greediest == m_turns.end() || sizeOf(*greediest) < had + 2 ? m_turns.end() : greediest;
}

} // namespace openloop
