// SPDX-License-Identifier: GPL-3.0-or-later
// The threads that own the database connections, the bounded queues before them, and the watchdog behind them.
#pragma once

#include "server/store/hindrance/health.h"
#include "server/store/queue.h"
#include "server/store/sqlite/sqlite_file.h"

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace openloop {

class StoreOwner;
struct StoreTables;

/// SQLite: one thread writes, the others read. PostgreSQL and `sqlite::memory:` (one connection): any thread does both.
class StoreThreads
{
public:
    struct Limits {
        std::chrono::milliseconds timeout{5000}; ///< for each unit of work, its waiting included
        std::chrono::milliseconds reconnect{10'000}; ///< pause between two tries to open a connection, at most
        int waiting = 1024; ///< units that wait for a connection; beyond it 503
        /// Without a connection, during which work waits; later it is refused at once. A restart of the database is
        /// waited for, an outage is not.
        std::chrono::milliseconds absence{2000};
    };

    /// Opens the first connection, which makes the tables; throws StartFailure. SQLite opens the others as well,
    /// PostgreSQL each when all that are open are busy. elder: see StoreHealth. On the main thread.
    StoreThreads(const SqlLocation &location, int readers, Limits limits, const StoreTables &tables,
                 StoreHealth *elder = nullptr);
    ~StoreThreads();
    Q_DISABLE_COPY_MOVE(StoreThreads)

    /// The result of `work(SqlConnection &)`; see Store::read.
    template <typename Work>
    auto enqueue(StoreWork::Kind kind, Work work, std::stop_token stop,
                 StoreWork::AfterLoss afterLoss = StoreWork::AfterLoss::Again)
    {
        const auto unit = std::make_shared<StoreWorkOf<Work>>(kind, StoreWork::Clock::now() + m_limits.timeout,
                                                              std::move(stop), std::move(work), afterLoss);
        auto future = unit->future();
        accept(unit);
        return future;
    }

    /// PostgreSQL: ends the statements that run now, as lost connections do, and has each thread open a new connection
    /// before its next statement. SQLite: nothing. Never waits. Any thread.
    void cut();

    /// Whether connections are open, and nothing hinders their use. A file that one connection can't use is used up for
    /// all; a server may have one connection less.
    bool ready() const { return isOpen() && m_health.reason() == SqlReason::None; }

    StoreHealth &health() { return m_health; }
    /// None while it is ready.
    SqlReason reason() const;

private:
    bool isOpen() const { return m_openConnections >= m_needed; }
    void addOwner(const SqlLocation &location, bool writes, const StoreTables &tables);
    void accept(const std::shared_ptr<StoreWork> &unit);
    void watch(const std::stop_token &stop);
    bool checkDeadlines();

    const Limits m_limits;
    StoreHealth m_health;
    std::optional<SqliteFile> m_file;
    StoreQueue m_queue;
    std::optional<StoreQueue> m_writes; // SQLite only, which has one writer at a time
    std::atomic<int> m_openConnections = 0;
    int m_needed = 1; ///< of them, for ready()
    std::atomic<bool> m_awayForLong = false;
    std::vector<std::unique_ptr<StoreOwner>> m_owners;
    std::jthread m_watchdog; // last: it uses all of the above
};

} // namespace openloop
