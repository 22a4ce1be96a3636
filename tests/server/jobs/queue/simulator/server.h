// SPDX-License-Identifier: GPL-3.0-or-later
// A process of the simulated world, and what must hold of each by itself.
#pragma once

#include "tests/server/jobs/queue/simulator/world.h"

namespace openloop::test {

using namespace queue;
using namespace std::chrono_literals;

inline std::string resultOf(const std::string &payload)
{
    return "factors of " + payload;
}

/// Whoever computes it dies.
inline bool isPoison(const std::string &payload)
{
    return payload.starts_with("poison");
}

/// A process: a node, what it computes, and who watches at it.
class World::Server : public Effects
{
public:
    Server(World &world, std::size_t index, Node::Settings settings);

    const Node::Settings &settings() const { return m_settings; }
    bool isUp() const { return !m_killed && !m_gone; }
    bool isFrozen() const { return m_world.m_now < m_frozenUntil; }
    bool isCutOff() const { return m_world.m_now < m_cutOffUntil; }
    bool isLeaving() const { return m_leaving; }
    int stuckThreads() const;
    std::size_t computing() const { return m_work.size(); }

    void freeze(Time until) { m_frozenUntil = std::max(m_frozenUntil, until); }
    void cutOff(Time until) { m_cutOffUntil = std::max(m_cutOffUntil, until); }
    void heal();
    void rank(unsigned rank) { m_rank = rank; }

    void kill();
    void stopGracefully();
    void watch(TaskId task);
    bool hasWatchers() const { return !m_watchers.empty(); }

    /// Once this process runs again, if it ever does.
    void awake(std::function<void()> happen);

    // Effects, one by one as Member has them: an interface is all that both share

    void send(Call call, const Statement &statement) override;
    void start(const Attempt &attempt, const std::string &payload) override;
    void stop(const Attempt &attempt) override;
    Milliseconds ignoredFor(const Attempt &attempt) const override;
    void writeOff(const Attempt &attempt) override;
    void tell(const Seen &seen) override;
    void probe(const Suspect &node) override;
    void reconnect() override;
    void gone() override;

private:
    struct Sent {
        Statement statement;
        Time at{};
    };

    struct Work {
        std::string payload;
        Time started{};
        std::uint64_t serial = 0;
        bool isStuck = false;
        Time lentUntil{}; ///< its thread, to another computation: it looks at no stop before
        bool isAskedToStop = false;
        Time stopAsked{};
    };

    struct Watched {
        std::uint64_t version = 0;
        int looksSinceEnd = 0;
    };
    Time boot() const { return m_world.m_now + 1000h; }

    Time delay();
    void tick();
    void setAlarm();
    bool computes(const Attempt &attempt, std::uint64_t serial) const;
    void finish(const Attempt &attempt, std::uint64_t serial);
    void arrive(Call call, const Statement &statement, Time timeout);
    void lose(Call call);
    void take(Call call, const Answer &answer);
    void noteBefore(const Sent &sent, const Answer &answer);
    void checkAfter(const Sent &sent, const Answer &answer);
    void checkStop(const Attempt &attempt, const Work &work);
    void checkReap();

    World &m_world;
    const std::size_t m_index;
    const Node::Settings m_settings;
    Node m_node;
    std::map<Call, Sent> m_sent;
    std::map<Attempt, Work> m_work;
    std::set<Attempt> m_unanswered; ///< have ended here; no answer to that yet
    std::map<TaskId, Watched> m_watchers;
    std::set<NodeId> m_lastSuspects;
    std::set<Attempt> m_strays;
    std::optional<Time> m_fitSince;
    Time m_beatAnswered{};
    Time m_claimSent{};
    Time m_frozenUntil{};
    Time m_cutOffUntil{};
    Time m_wake{};
    int m_idleLooks = 0;
    int m_writtenOff = 0;
    bool m_wroteOff = false; ///< once, at least, before it was told to leave
    std::uint64_t m_serial = 0;
    unsigned m_rank = 0;
    bool m_killed = false;
    bool m_gone = false;
    bool m_leaving = false;
    bool m_probing = false;

    friend class World;
};

} // namespace openloop::test
