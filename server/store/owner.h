// SPDX-License-Identifier: GPL-3.0-or-later
// One thread that owns one database connection, keeps it open, and runs the work that waits for it.
#pragma once

#include "server/store/hindrance/health.h"
#include "server/store/queue.h"
#include "server/store/reconnect.h"

#include <atomic>
#include <future>
#include <thread>

namespace openloop {

/// What a store needs to find in its database. Each is run on a connection's thread, and throws SqlError; or is empty.
struct StoreTables {
    std::function<void(SqlConnection &)> make; ///< brings them up to date
    /// whether they can be used; thoroughly: by writing, if something was wrong
    std::function<void(SqlConnection &, bool thoroughly)> check;
};

/// The thread runs from construction to destruction, which lets a running statement one second before it is cut. What
/// it does is work with a deadline, opening a connection and looking after it included: a database that is frozen never
/// keeps it.
class StoreOwner
{
public:
    static constexpr std::chrono::milliseconds timeBetweenLooks{2000}; ///< how late is noticed what nobody asks about

    struct Settings {
        SqlLocation location;
        SqlConnection::Role role = SqlConnection::Role::Reads;
        std::chrono::milliseconds timeout{};
        std::chrono::milliseconds reconnect = Reconnect::longest; ///< pause between two tries, at most
        StoreTables tables; ///< made on the first connection, and looked after by the same thread
        SqliteFile *file = nullptr; ///< which all threads have open
        bool judges = true; ///< whether the database can be used again when this one can use it
        bool spare = false; ///< opened only for work that no other takes soon, and not again before the next such work
    };

    StoreOwner(Settings settings, StoreQueue &queue, StoreHealth &health, std::atomic<int> &openConnections);
    ~StoreOwner();
    Q_DISABLE_COPY_MOVE(StoreOwner)

    /// Not for a spare one. Waits until the connection is open and prepared, for as long as the database answers; if it
    /// does not, half a minute. Throws StartFailure. On the main thread.
    void waitUntilOpen();

    /// Lets the thread end after the work that runs now, which has a second from here; the destructor waits for it.
    void requestStop();

    /// Ends what outlived its deadline or its client: answers it with `failure`, and frees the thread from it.
    /// Never waits. True if work is running. Any thread.
    bool checkDeadline(StoreWork::Clock::time_point now, const http::Failure &failure);

    /// See StoreThreads::cut.
    void cut();

private:
    void serve(const std::stop_token &stop);
    bool begin(SqlConnection &sql, const std::stop_token &stop);
    std::shared_ptr<StoreWork> next(const SqlConnection &sql, const std::stop_token &stop);
    StoreQueue::Together together() const;
    void openFirst(SqlConnection &sql, const std::stop_token &stop);
    void openBeforeSilenceEnds(SqlConnection &sql, const std::stop_token &stop);
    void open(SqlConnection &sql);
    bool reopen(SqlConnection &sql);
    void lost(SqlConnection &sql);
    std::chrono::milliseconds untilReconnect() const;
    bool lookIsDue() const;
    void lookAfter(SqlConnection &sql, const std::stop_token &stop);
    void look(SqlConnection &sql);
    void makeTables(SqlConnection &sql);
    void failed(const SqlError &error);
    void runWatched(const std::shared_ptr<StoreWork> &unit, SqlConnection &sql, const std::stop_token &stop);
    void process(StoreWork &unit, SqlConnection &sql, const std::stop_token &stop);
    bool tryOnce(StoreWork &unit, SqlConnection &sql);
    bool mayTryAgain(const SqlError &error, StoreWork &unit, SqlConnection &sql);
    void perform(StoreWork &unit, SqlConnection &sql);
    bool isToBeOpenedAfresh(SqlReason reason) const;
    void setRunning(std::shared_ptr<StoreWork> unit);
    bool isCut();
    void setReleaser(const std::function<void()> &releaser, const std::function<void()> &canceller = {});
    void cancel();
    void setOpen(bool open);
    void pause(std::chrono::milliseconds time, const std::stop_token &stop);

    const Settings m_settings;
    StoreQueue &m_queue;
    StoreHealth &m_health;
    std::atomic<int> &m_openConnections;
    Reconnect m_reconnect{m_settings.reconnect};
    StoreWork::Clock::time_point m_nextLook;
    StoreWork::Clock::time_point m_nextFileCheck;
    bool m_open = false; // as counted in m_openConnections
    bool m_isQuick = false; // whether the last question took so little that others may wait for several
    bool m_begun = false; // whether the work may have done something
    bool m_committing = false; // whether a lost connection leaves open what became of the transaction
    std::promise<void> m_opened;

    std::mutex m_mutex; // guards what the watchdog sees
    std::shared_ptr<StoreWork> m_running;
    std::function<void()> m_releaser;
    std::function<void()> m_canceller; // until it was called
    StoreWork::Clock::time_point m_openUntil = StoreWork::Clock::time_point::max(); // of a connection that is opened
    bool m_cut = false; // the connection that is open now is not to be used any more
    std::optional<StoreWork::Clock::time_point> m_graceEnd; // once a stop was requested
    bool m_ended = false; // the thread needs no more cutting
    std::condition_variable_any m_changed; // m_ended

    std::jthread m_thread; // last: it uses all of the above
};

} // namespace openloop
