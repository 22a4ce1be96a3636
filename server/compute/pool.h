// SPDX-License-Identifier: GPL-3.0-or-later
// Computes on threads of its own, so that a handler can await a work while the loop stays free; knows no work.
#pragma once

#include "server/compute/fair_queue.h"
#include "server/http/message/timing.h"

#include <QCoroTask>
#include <QHash>
#include <QThreadPool>

#include <array>
#include <atomic>

namespace openloop {

/// There are never more than `threads` of them, all of one niceness.
/// Quick works have a lane of their own and never wait for a long one: a thread that runs one lends them a moment, and
/// one that runs what nobody awaits lends it to long ones that somebody does. Within a lane clients take turns.
/// Works of one key are computed once: what was asked for in the background counts as awaited as long as somebody
/// awaits it, too. A long work spreads over threads that nobody waits for. Lives on the thread of the event loop;
/// destroying it stops and joins.
class Pool
{
public:
    struct Settings {
        int threads = 1; ///< 1 or more
        int queue = 64; ///< works of a lane that wait for a thread; beyond it 503
        std::chrono::milliseconds stopPatience{10'000}; ///< what goes on longer after its stop is stuck
        int niceness = 0; ///< of its threads; one below that of the thread that starts them needs a right
    };

    /// On whose behalf to compute.
    struct Ask {
        QString client; ///< clients take turns
        std::chrono::milliseconds timeout{}; ///< the waiting included
        std::stop_token stop; ///< requested on the thread of the event loop
        std::shared_ptr<http::Timing> timing = nullptr; ///< where the time is written down, or null
        bool isBackground = false; ///< nobody awaits it, and it has a bound of its own: it waits beyond the queue's
    };

    struct LaneLoad {
        int running = 0;
        int queued = 0;
    };

    /// What can be seen of the pool, at one moment.
    struct Load {
        int threads = 0;
        int busy = 0; ///< threads at work, those lent to a work that has one already included
        std::array<LaneLoad, 2> lanes; ///< by Lane
        int stuck = 0; ///< threads whose work ignores its stop
        int shared = 0; ///< asked for while another one's was computed, since the start
        int displaced = 0; ///< refused in favour of a client that had fewer, since the start
    };

    explicit Pool(Settings settings);
    ~Pool();
    Q_DISABLE_COPY_MOVE(Pool)

    /// What the work returned; empty if the timeout passed before. A work that ends because all who asked for it have
    /// left or come to their timeout returns what it has: its result itself must tell whether that is all.
    /// Throws http::Failure: 503 the queue is full, with the time after which a place is likely; 499 `stop` was
    /// requested: the thread is free within 50 ms, unless somebody else waits for the same work; in the background it
    /// is thrown when the thread is free. Throws what it threw.
    QCoro::Task<std::any> run(Ask ask, Work work);

    /// The 503 that run() would throw for such a work now, if it would.
    std::optional<http::Failure> refusal(const QByteArray &key, Lane lane, const QString &client);

    /// What the work told last, empty: nothing yet; nothing if none of this key waits or runs.
    std::optional<std::any> progress(const QByteArray &key) const;

    /// Whether works of the lane are refused now, but for those of clients that have fewer than others.
    bool isFull(Lane lane) const;

    /// For how long a work of this key has gone on although it was told to stop, its thread being its own all the time:
    /// 0 while that is lent. Nothing if there is none.
    std::optional<std::chrono::nanoseconds> ignoredFor(const QByteArray &key) const;

    Load load() const;
    const Settings &settings() const { return m_settings; }

private:
    using Item = FairQueue::Item;
    using Clock = Computation::Clock;

    struct Waiting {
        FairQueue queue;
        int running = 0;
        std::chrono::duration<double> usualTime{1}; ///< of a work, moving average
    };
    class Runner;

    // The thread of the event loop.
    bool hasRoom(const Waiting &lane) const;
    http::Failure full(const Waiting &lane) const;
    Item join(Work work, const Ask &ask);
    void attend(const Item &item, const Ask &ask);
    void depart(const Item &item, const Ask &ask);
    void charge(const Item &item, const QString &client, bool isBackground);
    void admit(const Item &item);
    void leave(const Item &item);
    void forget(const Item &item);
    void end(const Item &item);

    // The pool's threads.
    void serve();
    enum class Wanted { Any, Urgent, Quick };
    Item take(Wanted wanted);
    void compute(const Item &item);

    void count(const Computation &waiting, int change);
    Waiting &waiting(Lane lane) { return m_lanes[std::size_t(lane)]; }

    const Settings m_settings;
    QHash<QByteArray, Item> m_computations; ///< waiting or running, by key; the loop's
    std::vector<Item> m_stopped; ///< told to stop, and not over; the loop's
    int m_shared = 0;
    int m_displaced = 0;
    QObject m_loop; ///< what happens on the pool is told to this object's thread

    mutable std::mutex m_mutex; // guards the following
    std::array<Waiting, 2> m_lanes;
    int m_workers = 0; ///< runs of serve(), begun or about to
    int m_quickInARow = 0; ///< taken while long ones waited
    std::atomic<int> m_quickWaiting = 0; ///< written under the mutex, as those that follow
    std::atomic<int> m_urgentWaiting = 0; ///< quick, or awaited
    std::atomic<int> m_allWaiting = 0;

    QThreadPool m_threads; // last: they use all of the above
};

} // namespace openloop
