// SPDX-License-Identifier: GPL-3.0-or-later
// What must not wait behind requests: a node's beats and claims have a connection of their own.
#pragma once

#include "server/store/threads.h"

#include <memory>
#include <utility>

namespace openloop {

/// PostgreSQL: one thread with one connection, whose work runs in the order of asking. SQLite, where a second writer
/// would only wait for the first, and `sqlite::memory:`, where it would see another database: the store's own threads.
class StoreLane
{
public:
    explicit StoreLane(std::unique_ptr<StoreThreads> own) : m_own(std::move(own)), m_threads(m_own.get()) { }
    explicit StoreLane(StoreThreads &shared) : m_threads(&shared) { }

    /// As Store::read, but for work whose statements are transactions of their own: it may change the database. With
    /// AfterLoss::GiveUp it begins at most once; a connection that is lost meanwhile answers 503 at once.
    template <typename Work>
    auto run(Work work, StoreWork::AfterLoss afterLoss, std::stop_token stop = {})
    {
        // SQLite: only its writing thread may change something, and a transaction costs no round trip.
        const auto kind = m_own ? StoreWork::Kind::Read : StoreWork::Kind::Write;
        return m_threads->enqueue(kind, std::move(work), std::move(stop), afterLoss);
    }

    /// See StoreThreads::cut. Any thread.
    void cut() { m_threads->cut(); }

    /// As Store::ready, of this connection.
    bool ready() const { return m_threads->ready(); }

private:
    std::unique_ptr<StoreThreads> m_own;
    StoreThreads *m_threads;
};

} // namespace openloop
