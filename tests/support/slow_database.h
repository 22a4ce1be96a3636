// SPDX-License-Identifier: GPL-3.0-or-later
// Makes the database slow on purpose, which nothing outside the tests may do.
#pragma once

#include "server/store/store.h"

#include <chrono>
#include <future>

namespace openloop::test {

/// Keeps one connection busy for that long: pg_sleep on PostgreSQL, counting on SQLite. Throws as Store::read does.
QCoro::Task<void> sleepInDatabase(Store &store, std::chrono::milliseconds time, std::stop_token stop = {});

/// A reading connection of the store, kept busy until it is released or this is gone; what is asked meanwhile waits. A
/// level, not an edge: it does not matter whether the connection came to it first. To be declared after its store,
/// which waits for its threads.
class HeldConnection
{
public:
    explicit HeldConnection(Store &store)
        : m_over(store.read([wait = m_go.get_future().share()](SqlConnection &) { wait.wait(); }))
    {
    }

    void release() { m_go.set_value(); }

private:
    std::promise<void> m_go; // one that is gone ends the wait as well
    QFuture<void> m_over;
};

} // namespace openloop::test
