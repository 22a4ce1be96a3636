// SPDX-License-Identifier: GPL-3.0-or-later
// The threads that own the database connections, the bounded queue before them, and the watchdog behind them.
#pragma once

#include "server/sql_dialect.h"
#include "server/store_work.h"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

class QThread;

namespace openloop {

class StoreThreads
{
public:
    struct Limits {
        std::chrono::milliseconds timeout{5000}; ///< for each unit of work, its waiting included
        int waiting = 1024; ///< units that wait for a connection; beyond it 503
    };

    /// Opens every connection, the first one running `prepare`; throws StartFailure. On the main thread.
    StoreThreads(SqlLocation location, int readers, Limits limits, std::function<void(SqlConnection &)> prepare);
    ~StoreThreads();
    Q_DISABLE_COPY_MOVE(StoreThreads)

    template<typename Work>
    auto enqueue(StoreWork::Kind kind, Work work, std::stop_token stop)
    {
        const auto unit = std::make_shared<StoreWorkOf<Work>>(kind, StoreWork::Clock::now() + m_limits.timeout,
                                                              std::move(stop), std::move(work));
        const auto future = unit->future();
        accept(unit);
        return future;
    }

    bool ready() const { return m_open > 0; }
    QString state() const;

private:
    struct Owner; // one thread with its connection
    void accept(std::shared_ptr<StoreWork> unit);

    const SqlLocation m_location;
    const Limits m_limits;
    std::atomic<int> m_open = 0;
    std::vector<std::unique_ptr<Owner>> m_owners;
};

} // namespace openloop
