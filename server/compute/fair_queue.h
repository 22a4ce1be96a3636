// SPDX-License-Identifier: GPL-3.0-or-later
// Computations that wait for a thread: clients take turns, so that one with a thousand delays another's single one by
// one.
#pragma once

#include "server/compute/computation.h"

#include <deque>
#include <memory>

namespace openloop {

/// Not for several threads at once.
class FairQueue
{
public:
    using Item = std::shared_ptr<Computation>;

    std::size_t size() const { return m_size; }
    void push(Item item);

    /// The oldest of the client whose turn it is; null if nothing waits.
    Item pop();
    /// The same among those that somebody awaits, and that came before `admitted`.
    Item popAwaited(Computation::Clock::time_point admitted);

    /// False if it does not wait here.
    bool remove(const Item &item);

    /// Whether some client has at least two more waiting than `client`; what is in the background is not counted.
    bool hasGreedierThan(const QString &client);
    /// The newest of the one that has most; null if there is none such.
    Item popFromGreedierThan(const QString &client);

private:
    struct Turn {
        QString client;
        std::deque<Item> items; ///< never empty
    };
    using Turns = std::deque<Turn>;

    Item popFrom(Turns::iterator turn);
    Turns::iterator turnOf(const QString &client);
    Turns::iterator greedierThan(const QString &client);

    Turns m_turns; ///< the next first
    std::size_t m_size = 0;
};

} // namespace openloop
