// SPDX-License-Identifier: GPL-3.0-or-later
// Computes, on a pool of its own, so that a handler can await a factorization while the loop stays free.
#pragma once

#include "server/compute/fair_queue.h"
#include "server/http/message/request.h"

#include <QCoroTask>
#include <QThreadPool>

#include <array>
#include <atomic>
#include <map>

namespace openloop {

/// The factoring pool. Its threads run at nice 19, so that they never take the processor from the event loop, and
/// there are never more than `threads` of them.
/// Short numbers have a lane of their own and never wait for a long one: a thread that works on one lends them a
/// moment, and one that works on a job lends it to long ones that somebody awaits. Within a lane clients take turns.
/// Equal numbers are computed once: a job's count as awaited as long as a request waits for them, too. A long number
/// spreads over threads that nobody waits for. Lives on the thread of the event loop; destroying it stops and joins.
class Cpu
{
public:
    struct Settings {
        int threads = 1; ///< 1 or more
        int queue = 64; ///< computations of a lane that wait for a thread; beyond it 503
        std::chrono::milliseconds timeout{30'000}; ///< for each request, its waiting included
        /// Run by the thread that computes, after each progress; the computation goes on when it returns. Empty, but
        /// for tests, which hold a computation where they want it.
        std::function<void(const Moment &)> atProgress = {};
    };

    /// On whose behalf to compute.
    struct Ask {
        QString client; ///< clients take turns
        std::chrono::milliseconds timeout{};
        std::stop_token stop; ///< requested on the thread of the event loop
        std::shared_ptr<http::Timing> timing = nullptr; ///< where the time is written down, or null
        bool isJob = false; ///< has a bound of its own, so it waits beyond the queue's; and nobody awaits it
    };

    struct LaneLoad {
        int running = 0;
        int queued = 0;
    };

    /// What can be seen of the pool, at one moment.
    struct Load {
        int threads = 0;
        int busy = 0; ///< threads at work, those lent to a number that has one already included
        std::array<LaneLoad, 2> lanes; ///< by Lane
        int shared = 0; ///< requests answered by a computation that another one had begun, since the start
        int displaced = 0; ///< computations refused in favour of a client that had fewer, since the start
    };

    explicit Cpu(Settings settings);
    ~Cpu();
    Q_DISABLE_COPY_MOVE(Cpu)

    /// Prime factors of n, complete. Throws http::Failure: 503 the queue is full, with the time after which a place
    /// is likely; 504 the deadline passed, with what was `found` and what is `remaining`; 499 `stop` was requested:
    /// the thread is free within 50 ms, unless somebody else waits for the same n.
    QCoro::Task<factoring::Result> factorize(mpz_class n, Ask ask);

    /// The 503 that factorize() would throw now, if it would.
    std::optional<http::Failure> refusal(const mpz_class &n, const QString &client);

    /// How far the computation of n is; nothing if there is none.
    std::optional<factoring::Progress> progress(const mpz_class &n) const;

    /// Whether long numbers are refused now.
    bool isFull() const;

    Load load() const;
    const Settings &settings() const { return m_settings; }

    /// Where n would wait.
    static Lane laneOf(const mpz_class &n);

private:
    using Item = FairQueue::Item;
    using Clock = Computation::Clock;

    struct Waiting {
        FairQueue queue;
        int running = 0;
        std::chrono::duration<double> usualTime{1}; ///< of a computation, moving average
    };
    class Lent;
    class Interlude;

    // The thread of the event loop.
    bool hasRoom(const Waiting &lane) const;
    http::Failure full(const Waiting &lane) const;
    Item join(const mpz_class &n, const Ask &ask);
    void attend(const Item &item, const Ask &ask);
    void depart(const Item &item, const Ask &ask);
    void charge(const Item &item, const QString &client, bool isJob);
    void admit(const Item &item);
    void leave(const Item &item);
    void end(const Item &item);

    // The pool's threads.
    void work();
    enum class Wanted { Any, Urgent, Quick };
    Item take(Wanted wanted);
    void compute(const Item &item);
    void finish(const Item &item, factoring::Result result, Clock::time_point started);

    void count(const Computation &waiting, int change);
    Waiting &waiting(Lane lane) { return m_lanes[std::size_t(lane)]; }

    const Settings m_settings;
    std::map<mpz_class, Item> m_computations; ///< waiting or running; the loop's
    int m_shared = 0;
    int m_displaced = 0;
    std::unique_ptr<Lent> m_lent;
    QObject m_loop; ///< what happens on the pool is told to this object's thread

    mutable std::mutex m_mutex; // guards the following
    std::array<Waiting, 2> m_lanes;
    int m_workers = 0; ///< runs of work(), begun or about to
    int m_quickInARow = 0; ///< taken while long ones waited
    std::atomic<int> m_quickWaiting = 0; ///< written under the mutex, as those that follow
    std::atomic<int> m_urgentWaiting = 0; ///< quick, or no job
    std::atomic<int> m_allWaiting = 0;

    QThreadPool m_pool; // last: its threads use all of the above
};

} // namespace openloop
