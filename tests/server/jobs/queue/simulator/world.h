// SPDX-License-Identifier: GPL-3.0-or-later
// Nodes, a network, a database and everything that goes wrong with them, out of one seed; what must hold is checked
// after every step.
#pragma once

#include "server/jobs/queue/node.h"
#include "tests/server/jobs/queue/simulator/tables.h"

#include <functional>
#include <memory>
#include <random>
#include <set>
#include <stdexcept>

namespace openloop::test {

/// What must hold does not.
class Violation : public std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// How often each rare event happened.
using RareEvents = std::map<std::string, long>;

/// All that must have happened in a long run.
const std::vector<std::string> &rareEvents();

/// One run. Time is simulated, in milliseconds.
class World
{
public:
    using Time = queue::Milliseconds;

    explicit World(std::uint64_t seed, bool traces = false);
    ~World();

    /// Chaos, then the liveness phase. Throws Violation.
    void run();

    std::uint64_t traceHash() const { return m_trace; }
    const RareEvents &rare() const { return m_rare; }
    std::string options() const;

private:
    class Server;
    struct Event {
        Time at{};
        std::uint64_t order = 0;
        std::function<void()> happen;

        bool operator<(const Event &other) const
        {
            return at != other.at ? at > other.at : order > other.order; // the earliest is on top of a heap
        }
    };

    /// Drawn once for each seed: what goes wrong how often.
    struct Odds {
        double lostRequest = 0;
        double lostAnswer = 0;
        double lateAnswer = 0;
        double repeatedAnswer = 0;
        double stuck = 0;
        double lent = 0;
        double poison = 0;
        double failing = 0;
        Time slowest{}; ///< delay of a message
        Time betweenFaults{};
        Time longestWork{};
        bool byPriority = false; ///< PCT: the slow are always slow, until a change point
        bool clones = false; ///< of one machine: each says of every neighbour that its process is gone
    };

    void at(Time time, std::function<void()> happen);
    void loop(Time until);
    void standStill();
    void fault();
    void restart(std::size_t index);
    void rollBack();
    void submit();
    void trace(std::string_view kind, std::uint64_t a, std::uint64_t b = 0, std::uint64_t c = 0);
    void count(const std::string &event) { ++m_rare[event]; }
    [[noreturn]] void fail(const std::string &what) const;

    queue::Answer execute(Server &server, queue::Call call, const queue::Statement &statement);
    void checkChange(const Server &server, const queue::Statement &statement, const Tables &before);
    void checkConverged();

    bool chance(double probability);
    std::uint64_t below(std::uint64_t bound);
    Time between(Time least, Time most);
    Server &anyServer();

    const std::uint64_t m_seed;
    const bool m_traces;
    std::mt19937_64 m_random;
    Odds m_odds;
    Tables m_tables;
    std::vector<Tables> m_backups;
    std::vector<std::unique_ptr<Server>> m_servers;
    std::vector<Event> m_events;
    std::uint64_t m_order = 0;
    Time m_now{};
    std::int64_t m_databaseOffset = 0; ///< microseconds
    Time m_databaseAwayUntil{};
    Time m_databaseFrozenUntil{};
    bool m_databaseRolledBack = false; ///< at least once: what was told may come again
    bool m_healing = false;
    std::uint64_t m_trace = 1469598103934665603U;
    RareEvents m_rare;
    std::map<queue::TaskId, int> m_ends; ///< since the last roll-back
};

} // namespace openloop::test
