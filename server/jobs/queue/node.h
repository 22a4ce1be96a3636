// SPDX-License-Identifier: GPL-3.0-or-later
// One server's part in the queue of many: decides what to say to the tables, what to compute and what to stop. A pure
// state machine without Qt, SQL, threads or a clock, so that a simulator can prove it.
#pragma once

#include "server/jobs/queue/protocol.h"

#include <map>
#include <set>

namespace openloop::queue {

/// Time since the machine's boot, suspends included (CLOCK_BOOTTIME); it never goes back.
using BootTime = Milliseconds;

/// Names a statement that was sent, so that its answer finds it; counts up.
using Call = std::uint64_t;

/// What a node has done. Nothing of it calls the node again before it returns.
class Effects
{
public:
    virtual ~Effects() = default;

    /// Whoever sends it tells Node::answered() or Node::lost(), once, however late.
    virtual void send(Call call, const Statement &statement) = 0;
    /// Computes it; Node::ended() or Node::stopped() follows.
    virtual void start(const Attempt &attempt, const std::string &payload) = 0;
    /// Within 50 ms.
    virtual void stop(const Attempt &attempt) = 0;
    /// For how long its thread has been its own: while that is lent to another computation it can't look at its stop.
    virtual Milliseconds ignoredFor(const Attempt &attempt) const = 0;
    /// It did not stop: its thread counts no more.
    virtual void writeOff(const Attempt &attempt) = 0;
    /// Those who watch the task are told.
    virtual void tell(const Seen &seen) = 0;
    /// Does a process of this machine still run? Node::probed() follows.
    virtual void probe(const Suspect &node) = 0;
    /// The connection of the beats hangs: another one.
    virtual void reconnect() = 0;
    /// The farewell is done.
    virtual void gone() = 0;
};

/// Every function takes the present time. One thread.
class Node
{
public:
    struct Settings {
        std::string name;
        Process process;
        std::string version; ///< of the program
        Milliseconds heartbeat{5000};
        Milliseconds suspectAfter{30'000};
        Milliseconds lookInterval{1000};
        Milliseconds stopPatience{10'000}; ///< for a computation to stop once it can look at that
        Milliseconds longestRun{24 * 3'600'000LL};
        int threads = 1; ///< that compute tasks; 0: others do
        int format = 1;
        std::size_t watchedALook = 5000; ///< the rest in turn
        std::uint64_t seed = 1; ///< random: identities and jitter come from it
    };

    Node(Settings settings, Effects &effects);

    void start(BootTime now);
    /// Time has passed; to be called at wakeAt(), later at worst.
    void tick(BootTime now);
    BootTime wakeAt() const;

    void answered(Call call, const Answer &answer, BootTime now);
    /// Nobody knows whether it was done.
    void lost(Call call, BootTime now);

    /// state: Done or Failed.
    void ended(const Attempt &attempt, TaskState state, std::string result, BootTime now);
    void stopped(const Attempt &attempt, BootTime now);
    /// What was written off has ended after all.
    void threadCameBack(BootTime now);
    void probed(const Suspect &node, bool gone, BootTime now);

    /// Something has changed: a hint, which may be missing.
    void hint(BootTime now);
    /// There is a new task: as a hint, without the look before the claim.
    void accepted(BootTime now);

    /// Whoever is told of a task is told of every version that a look sees, from the next look on, until it is over.
    void watch(TaskId task);
    void unwatch(TaskId task);

    /// Gives everything back and leaves.
    void stop(BootTime now);

    NodeId id() const { return m_id; }
    bool isOverdue(BootTime now) const;
    /// Whether every beat was answered in time for so long that others can be judged.
    bool isFit(BootTime now) const;
    int idleThreads() const;
    /// Whether a new task would be claimed here at once.
    bool takesWork(BootTime now) const;
    /// Whether it is computed or watched here.
    bool knows(TaskId task) const;

private:
    enum class Phase { New, Joining, Alive, Leaving, Gone };

    struct Run {
        enum class State { Computing, Stopping, Ending, GivingBack, KeepingResult };
        State state = State::Computing;
        BootTime started{};
        BootTime stopAsked{}; ///< or since when it could look at it
        bool death = false; ///< given back with one
        bool mine = true; ///< as far as is known
        TaskState outcome = TaskState::Done;
        std::string result;
        Call call = 0; ///< the statement under way; 0: none
        BootTime again{}; ///< when it is sent again
    };

    /// Owned according to the tables, but not known here.
    struct Stray {
        Call barrier = 0; ///< newest call when it was first seen
        int looks = 0; ///< sent after all calls up to the barrier were settled
    };

    struct Sent {
        Statement statement;
        BootTime at{};
        std::set<Attempt> known; ///< of a Look: computed when it was sent
        Call barrier = 0; ///< of a Look: all calls of claims and ends up to this one were settled
        std::uint64_t beat = 0; ///< the newest of its own beats that was answered when it was sent
    };

    struct Suspected {
        std::uint64_t beat = 0;
        std::int64_t seenAt = 0;
        BootTime since{};
    };

    Call send(Statement statement, BootTime now);
    void join(BootTime now);
    void beat(BootTime now);
    void look(BootTime now);
    void claim(BootTime now);
    void survey(BootTime now);
    void sweep(Milliseconds pause, BootTime now);
    void advance(const Attempt &attempt, Run &run, BootTime now);
    void advanceAll(BootTime now);
    bool ignoresItsStop(const Attempt &attempt, Run &run, BootTime now) const;
    void halt(const Attempt &attempt, Run &run, BootTime now);
    void leaveIfDone(BootTime now);
    void beDead(BootTime now);
    void noteLateness(BootTime due, BootTime now);
    void doubt();
    void lookFirst();

    void onBeat(const Sent &sent, const Rows &rows, BootTime now);
    void onSight(const Sent &sent, const Sight &sight, BootTime now);
    void onClaims(const Sent &sent, const Claims &claims, BootTime now);
    void onSuspects(const Sent &sent, const Suspects &suspects, BootTime now);
    void onSettled(Call call, const Statement &statement, int changed, BootTime now);
    void judgeStrays(const Sent &sent, const Sight &sight, BootTime now);
    void tellWatchers(const Sight &sight);

    Call settledBefore() const;
    Milliseconds jittered(Milliseconds time, int percent);
    std::uint64_t random();

    const Settings m_settings;
    Effects &m_effects;
    std::uint64_t m_random;
    Phase m_phase = Phase::New;
    NodeId m_id = 0;
    Call m_lastCall = 0;
    std::map<Call, Sent> m_sent;

    BootTime m_nextJoin{};
    BootTime m_nextBeat{};
    std::optional<BootTime> m_unanswered; ///< when the first of the beats that have no answer yet was sent
    bool m_wasOverdue = false; ///< at the last tick
    Call m_beat = 0; ///< under way; 0: none
    std::uint64_t m_lastBeat = 0; ///< the newest number of those that were answered
    bool m_reconnected = false; ///< for the beat that is under way
    std::optional<BootTime> m_fitSince;

    BootTime m_nextLook{};
    Call m_look = 0;
    Call m_claim = 0;
    bool m_claimable = false; ///< as far as is known
    bool m_looksFirst = true; ///< before it claims: it may own what it does not know
    std::map<Attempt, Run> m_runs;
    std::map<Attempt, Stray> m_strays;
    int m_writtenOff = 0;

    BootTime m_stoodStill{}; ///< until when this process did, or may have
    BootTime m_nextRound{};
    Call m_survey = 0;
    Call m_sweep = 0;
    bool m_sweepAgain = false; ///< somebody was declared dead since
    Call m_leave = 0;
    BootTime m_nextLeave{};
    std::map<NodeId, Suspected> m_suspects;

    std::map<TaskId, std::uint64_t> m_watched; ///< the version that was told last; 0: none
    TaskId m_watchedNext = 0; ///< whose turn it is
};

} // namespace openloop::queue
