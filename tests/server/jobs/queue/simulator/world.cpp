// SPDX-License-Identifier: GPL-3.0-or-later
// The scheduler, the faults and the invariants; each check says in its message what it holds.
#include "tests/server/jobs/queue/simulator/world.h"

#include <algorithm>
#include <cstdio>
#include <sstream>

namespace openloop::test {

using namespace queue;
using namespace std::chrono_literals;

namespace {

constexpr auto chaos = 60s;
constexpr auto healing = 600s;

std::string resultOf(const std::string &payload)
{
    return "factors of " + payload;
}

bool isPoison(const std::string &payload)
{
    return payload.starts_with("poison");
}

} // namespace

const std::vector<std::string> &rareEvents()
{
    static const std::vector<std::string> all{
        "fence rejected an end",
        "reap raced an end",
        "a claim's answer was lost",
        "an end's answer was lost",
        "a late claim started nothing",
        "a stray was given back",
        "a suspect recovered",
        "a living node was declared dead",
        "a dead node was declared dead",
        "a neighbour was declared dead",
        "a cancelled task was stopped",
        "a task was held",
        "a task died of its deaths",
        "a death was forgotten",
        "a thread was written off",
        "a result was kept",
        "a kept result was used",
        "a failover took an end back",
        "a failover took an owner away",
        "a graceful stop gave back",
        "a watcher was told of a version that went back",
        "a second look differed",
        "nobody was fit",
    };
    return all;
}

/// A process: a node, what it computes, and who watches at it.
class World::Server : public Effects
{
public:
    Server(World &world, std::size_t index, Node::Settings settings)
        : m_world(world), m_index(index), m_settings(std::move(settings)), m_node(m_settings, *this)
    {
        m_node.start(boot());
        setAlarm();
    }

    const Node &node() const { return m_node; }
    const Node::Settings &settings() const { return m_settings; }
    bool isKilled() const { return m_killed; }
    bool isGone() const { return m_gone; }
    bool isUp() const { return !m_killed && !m_gone; }
    bool isFrozen() const { return m_world.m_now < m_frozenUntil; }
    bool isCutOff() const { return m_world.m_now < m_cutOffUntil; }
    bool isLeaving() const { return m_leaving; }
    int stuckThreads() const
    {
        return m_writtenOff + int(std::ranges::count_if(m_work, [](const auto &each) { return each.second.isStuck; }));
    }
    std::size_t computing() const { return m_work.size(); }

    void freeze(Time until) { m_frozenUntil = std::max(m_frozenUntil, until); }
    void cutOff(Time until) { m_cutOffUntil = std::max(m_cutOffUntil, until); }
    void heal()
    {
        m_frozenUntil = m_cutOffUntil = m_world.m_now;
        m_world.at(m_world.m_now, [this] { awake([this] { m_node.tick(boot()); }); });
    }
    void rank(unsigned rank) { m_rank = rank; }

    void kill()
    {
        m_killed = true;
        m_work.clear();
    }

    void stopGracefully()
    {
        m_leaving = true;
        awake([this] { m_node.stop(boot()); });
    }

    void watch(TaskId task)
    {
        m_watchers.try_emplace(task);
        m_node.watch(task);
    }
    bool hasWatchers() const { return !m_watchers.empty(); }

    /// Once this process runs again, if it ever does.
    void awake(std::function<void()> happen)
    {
        if (m_killed)
            return;
        if (isFrozen()) {
            m_world.at(m_frozenUntil, [this, happen = std::move(happen)] { awake(happen); });
            return;
        }
        happen();
        setAlarm();
    }

    // Effects

    void send(Call call, const Statement &statement) override
    {
        const Time sent = m_world.m_now;
        m_sent[call] = {statement, sent};
        m_world.trace("send", m_index, call, statement.index());
        if (std::holds_alternative<MarkDead>(statement) && !m_probing)
            checkReap();
        if (const auto *claim = std::get_if<Claim>(&statement); claim && m_node.isOverdue(boot()))
            m_world.fail("a node claims although its beat is overdue: " + std::to_string(claim->most));
        const Odds &odds = m_world.m_odds;
        const bool chaotic = !m_world.m_healing;
        const Time timeout = sent + m_settings.heartbeat;
        if (isCutOff() || (chaotic && m_world.chance(odds.lostRequest))) {
            m_world.at(sent + m_world.between(1ms, m_settings.heartbeat), [this, call] { lose(call); });
            return;
        }
        m_world.at(sent + delay(), [this, call, statement, timeout] { arrive(call, statement, timeout); });
    }

    void start(const Attempt &attempt, const std::string &payload) override
    {
        m_world.trace("start", m_index, attempt.task, std::uint64_t(attempt.number));
        if (boot() - m_claimSent > m_settings.heartbeat)
            m_world.fail("a claim that was answered too late is started");
        Work work;
        work.started = boot();
        work.payload = payload;
        work.serial = ++m_serial;
        work.isStuck = !m_world.m_healing && m_world.chance(m_world.m_odds.stuck);
        const auto serial = work.serial;
        const Time length = m_world.between(1ms, m_world.m_odds.longestWork);
        const bool isStuck = work.isStuck;
        m_work.emplace(attempt, std::move(work));
        if (isPoison(payload) && !m_world.m_healing) {
            m_world.at(m_world.m_now + length, [this, attempt, serial] {
                awake([this, attempt, serial] {
                    if (m_world.m_healing)
                        finish(attempt, serial);
                    else if (computes(attempt, serial))
                        kill();
                });
            });
        } else if (!isStuck) {
            m_world.at(m_world.m_now + length,
                       [this, attempt, serial] { awake([this, attempt, serial] { finish(attempt, serial); }); });
        }
    }

    void stop(const Attempt &attempt) override
    {
        m_world.trace("stop", m_index, attempt.task, std::uint64_t(attempt.number));
        Work &work = m_work.at(attempt);
        checkStop(attempt, work);
        work.isAskedToStop = true;
        if (work.isStuck)
            return;
        const auto serial = work.serial;
        m_world.at(m_world.m_now + m_world.between(0ms, 50ms), [this, attempt, serial] {
            awake([this, attempt, serial] {
                if (computes(attempt, serial)) {
                    m_work.erase(attempt);
                    m_node.stopped(attempt, boot());
                }
            });
        });
    }

    void writeOff(const Attempt &attempt) override
    {
        m_world.count("a thread was written off");
        m_work.erase(attempt);
        ++m_writtenOff;
    }

    void tell(const Seen &seen) override
    {
        m_world.trace("tell", m_index, seen.task, seen.version);
        const auto watcher = m_watchers.find(seen.task);
        if (watcher == m_watchers.end())
            m_world.fail("told of a task that nobody watches");
        if (seen.version < watcher->second.version && seen.exists) {
            if (!m_world.m_databaseRolledBack)
                m_world.fail("a version went back without a failover");
            m_world.count("a watcher was told of a version that went back");
        }
        watcher->second.version = seen.version;
        if (!seen.exists || isOver(seen.state))
            m_watchers.erase(watcher);
    }

    void probe(const Suspect &node) override
    {
        const auto *process = &*node.neighbour;
        const bool lives = std::ranges::any_of(m_world.m_servers, [process](const auto &server) {
            return server->isUp() && server->m_settings.process == *process;
        });
        m_world.at(m_world.m_now, [this, node, lives] {
            awake([this, node, lives] {
                m_probing = true;
                m_node.probed(node, !lives, boot());
                m_probing = false;
            });
        });
    }

    void reconnect() override
    {
        for (const auto &[call, sent] : m_sent) {
            if (std::holds_alternative<Beat>(sent.statement))
                m_world.at(m_world.m_now + m_world.between(0ms, 2s), [this, call = call] { lose(call); });
        }
    }

    void gone() override
    {
        if (!m_work.empty())
            m_world.fail("a node leaves although it computes");
        m_gone = true;
    }

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
        bool isAskedToStop = false;
    };

    struct Watched {
        std::uint64_t version = 0;
        int looksSinceEnd = 0;
    };

    Time boot() const { return m_world.m_now + 1000h; }

    Time delay()
    {
        const Odds &odds = m_world.m_odds;
        if (m_world.m_healing)
            return m_world.between(1ms, 5ms);
        if (odds.byPriority)
            return m_rank * odds.slowest / 8 + m_world.between(1ms, 3ms);
        return m_world.between(1ms, odds.slowest);
    }

    void setAlarm()
    {
        if (!isUp())
            return;
        const Time wake = std::max(m_node.wakeAt() - 1000h, m_world.m_now + 1ms);
        if (m_node.wakeAt() == BootTime::max() || (wake >= m_wake && m_wake > m_world.m_now))
            return;
        m_wake = wake;
        m_world.at(wake, [this, wake] {
            if (m_wake == wake)
                awake([this] { m_node.tick(boot()); });
        });
    }

    bool computes(const Attempt &attempt, std::uint64_t serial) const
    {
        const auto found = m_work.find(attempt);
        return !m_killed && found != m_work.end() && found->second.serial == serial;
    }

    void finish(const Attempt &attempt, std::uint64_t serial)
    {
        if (!computes(attempt, serial))
            return;
        const std::string payload = m_work.at(attempt).payload;
        m_work.erase(attempt);
        const bool fails = !m_world.m_healing && m_world.chance(m_world.m_odds.failing);
        m_unanswered.insert(attempt);
        m_node.ended(attempt, fails ? TaskState::Failed : TaskState::Done, fails ? "fails" : resultOf(payload), boot());
    }

    // At the database.
    void arrive(Call call, const Statement &statement, Time timeout)
    {
        if (m_world.m_now < m_world.m_databaseAwayUntil) {
            m_world.at(m_world.m_now + m_world.between(0ms, 200ms), [this, call] { lose(call); });
            return;
        }
        if (m_world.m_now < m_world.m_databaseFrozenUntil) { // it waits there, whatever becomes of its client
            m_world.at(timeout, [this, call] { lose(call); });
            m_world.at(m_world.m_databaseFrozenUntil,
                       [this, call, statement, timeout] { arrive(call, statement, timeout); });
            return;
        }
        const Answer answer = m_world.execute(*this, call, statement);
        const bool chaotic = !m_world.m_healing;
        if (chaotic && m_world.chance(m_world.m_odds.lostAnswer)) {
            m_world.at(std::max(timeout, m_world.m_now), [this, call] { lose(call); });
            return;
        }
        Time back = m_world.m_now + delay();
        if (chaotic && m_world.chance(m_world.m_odds.lateAnswer))
            back += m_world.between(0ms, 3 * m_settings.heartbeat);
        m_world.at(back, [this, call, answer] { take(call, answer); });
        if (chaotic && m_world.chance(m_world.m_odds.repeatedAnswer))
            m_world.at(back + m_world.between(0ms, 2s), [this, call, answer] { take(call, answer); });
    }

    void lose(Call call)
    {
        awake([this, call] {
            const auto sent = m_sent.extract(call);
            if (sent.empty())
                return;
            m_world.trace("lost", m_index, call);
            const Statement &statement = sent.mapped().statement;
            if (std::holds_alternative<Claim>(statement))
                m_world.count("a claim's answer was lost");
            if (std::holds_alternative<End>(statement))
                m_world.count("an end's answer was lost");
            if (std::holds_alternative<Beat>(statement))
                m_fitSince.reset();
            m_node.lost(call, boot());
        });
    }

    void take(Call call, const Answer &answer)
    {
        awake([this, call, answer] {
            const auto node = m_sent.extract(call);
            if (node.empty()) {
                m_node.answered(call, answer, boot()); // again: nothing may follow
                return;
            }
            m_world.trace("answer", m_index, call, answer.index());
            const Sent &sent = node.mapped();
            noteBefore(sent, answer);
            m_node.answered(call, answer, boot());
            checkAfter(sent, answer);
        });
    }

    void noteBefore(const Sent &sent, const Answer &answer)
    {
        const auto *rows = std::get_if<Rows>(&answer);
        if (const auto *claim = std::get_if<Claim>(&sent.statement)) {
            m_claimSent = sent.at + 1000h;
            const bool late = m_world.m_now - sent.at > m_settings.heartbeat;
            if (late && claim->node == m_node.id() && !std::get<Claims>(answer).tasks.empty())
                m_world.count("a late claim started nothing");
            if (std::ranges::any_of(std::get<Claims>(answer).tasks,
                                    [](const auto &each) { return each.kept.has_value(); }))
                m_world.count("a kept result was used");
        }
        if (const auto *end = std::get_if<End>(&sent.statement)) {
            m_unanswered.erase(end->attempt);
            if (rows->changed == 0)
                m_world.count("fence rejected an end");
        }
        if (std::holds_alternative<Beat>(sent.statement)) {
            const bool stoodStill = sent.at - m_beatAnswered > 3 * m_settings.heartbeat;
            if (m_world.m_now - sent.at > m_settings.heartbeat)
                m_fitSince.reset();
            else if (!m_fitSince || stoodStill)
                m_fitSince = sent.at;
            m_beatAnswered = sent.at;
        }
        if (const auto *suspects = std::get_if<Suspects>(&answer)) {
            const bool any = std::ranges::any_of(suspects->nodes, &Suspect::looksDead);
            if (any && !m_node.isFit(boot()))
                m_world.count("nobody was fit");
            std::set<NodeId> now;
            for (const Suspect &suspect : suspects->nodes) {
                if (suspect.looksDead)
                    now.insert(suspect.node);
            }
            for (const NodeId before : m_lastSuspects) {
                const auto row = m_world.m_tables.nodes.find(before);
                if (!now.contains(before) && row != m_world.m_tables.nodes.end()
                    && row->second.state == NodeState::Alive)
                    m_world.count("a suspect recovered");
            }
            m_lastSuspects = now;
        }
        if (const auto *sight = std::get_if<Sight>(&answer)) {
            std::set<Attempt> strays;
            for (const Attempt &attempt : sight->mine) {
                if (!m_work.contains(attempt) && !m_unanswered.contains(attempt))
                    strays.insert(attempt);
            }
            if (std::ranges::any_of(m_strays, [&](const Attempt &each) { return !strays.contains(each); }))
                m_world.count("a second look differed");
            m_strays = strays;
        }
    }

    // What a look that was answered must have led to.
    void checkAfter(const Sent &sent, const Answer &answer)
    {
        const auto *sight = std::get_if<Sight>(&answer);
        const auto *look = std::get_if<Look>(&sent.statement);
        if (!sight || look->node != m_node.id())
            return;
        for (const auto &[attempt, work] : m_work) {
            const bool claimedBefore = work.started < sent.at + 1000h; // at the same moment: who knows
            const bool mine = std::ranges::find(sight->mine, attempt) != sight->mine.end();
            if (claimedBefore && !mine && !work.isAskedToStop)
                m_world.fail("a task is computed on although a look has told that it is not its node's: task "
                             + std::to_string(attempt.task) + " attempt " + std::to_string(attempt.number));
        }
        for (const Seen &seen : sight->watched) {
            const auto watcher = m_watchers.find(seen.task);
            if (watcher == m_watchers.end())
                continue;
            const bool isEnd = !seen.exists || isOver(seen.state);
            watcher->second.looksSinceEnd = isEnd ? watcher->second.looksSinceEnd + 1 : 0;
            if (watcher->second.looksSinceEnd >= 2)
                m_world.fail("a watcher is not told of an end that two looks have seen");
        }
        const bool claims = std::ranges::any_of(
            m_sent, [](const auto &each) { return std::holds_alternative<Claim>(each.second.statement); });
        const bool couldClaim = sight->claimable && m_node.idleThreads() > 0 && !m_leaving && !m_node.isOverdue(boot());
        m_idleLooks = couldClaim && !claims ? m_idleLooks + 1 : 0;
        if (m_idleLooks > 2)
            m_world.fail("a thread is idle although three looks have seen something to claim");
    }

    // Stopped is what a look does not show as one's own, what lasts too long, and everything at the end.
    void checkStop(const Attempt &attempt, const Work &work)
    {
        const auto row = m_world.m_tables.tasks.find(attempt.task);
        const bool isPresent = row != m_world.m_tables.tasks.end() && row->second.state == TaskState::Running
            && row->second.owner == attempt.owner && row->second.attempt == attempt.number;
        const bool tooLong = boot() - work.started >= m_settings.longestRun;
        const auto owner = m_world.m_tables.nodes.find(attempt.owner);
        const bool declaredDead = owner == m_world.m_tables.nodes.end() || owner->second.state != NodeState::Alive;
        if (isPresent && !declaredDead && !m_leaving && !tooLong && !m_world.m_databaseRolledBack)
            m_world.fail("a computation is stopped for nothing");
        if (!isPresent && row != m_world.m_tables.tasks.end() && row->second.state == TaskState::Cancelled)
            m_world.count("a cancelled task was stopped");
    }

    // Nobody is judged by a node that was cut off, or stood still.
    void checkReap()
    {
        const bool fit = m_fitSince && m_world.m_now - *m_fitSince >= m_settings.suspectAfter;
        if (!fit)
            m_world.fail("a node declares another one dead although its own beats were not answered for long enough");
    }

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
    std::uint64_t m_serial = 0;
    unsigned m_rank = 0;
    bool m_killed = false;
    bool m_gone = false;
    bool m_leaving = false;
    bool m_probing = false;

    friend class World;
};

World::World(std::uint64_t seed, bool traces) : m_seed(seed), m_traces(traces), m_random(seed * 0x9e3779b97f4a7c15U + 1)
{
    const auto rarely = [this](double most) { return chance(0.3) ? 0 : most * double(below(1000)) / 1000; };
    m_odds.lostRequest = rarely(0.1);
    m_odds.lostAnswer = rarely(0.2);
    m_odds.lateAnswer = rarely(0.1);
    m_odds.repeatedAnswer = rarely(0.1);
    m_odds.stuck = rarely(0.1);
    m_odds.poison = rarely(0.2);
    m_odds.failing = rarely(0.1);
    m_odds.slowest = between(5ms, 400ms);
    m_odds.betweenFaults = between(500ms, 8s);
    m_odds.longestWork = chance(0.3) ? between(10s, 40s) : between(10ms, 8s);
    m_odds.byPriority = chance(0.3);
    m_tables.settings.hold = 5'000'000;
    m_tables.settings.longAttempt = 15'000'000;
    m_tables.settings.swept = 1 + int(below(4));
    m_tables.settings.mostAttempts = chance(0.2) ? 10 : 100;
    m_databaseOffset = 1'700'000'000'000'000;
    m_tables.now = m_databaseOffset;
    const std::size_t servers = 3 + below(7);
    m_servers.reserve(64);
    for (std::size_t i = 0; i < servers; ++i)
        restart(i);
}

World::~World() = default;

std::string World::options() const
{
    std::ostringstream text;
    text << "seed " << m_seed << ": " << m_servers.size() << " processes, lost requests " << m_odds.lostRequest
         << ", lost answers " << m_odds.lostAnswer << ", late " << m_odds.lateAnswer << ", repeated "
         << m_odds.repeatedAnswer << ", stuck " << m_odds.stuck << ", poison " << m_odds.poison << ", slowest message "
         << m_odds.slowest.count() << " ms, a fault every " << m_odds.betweenFaults.count() << " ms, longest work "
         << m_odds.longestWork.count() << " ms" << (m_odds.byPriority ? ", by priority" : "");
    return text.str();
}

bool World::chance(double probability)
{
    return double(m_random() >> 11) * 0x1.0p-53 < probability;
}

std::uint64_t World::below(std::uint64_t bound)
{
    return m_random() % bound;
}

World::Time World::between(Time least, Time most)
{
    return least + Time(below(std::uint64_t((most - least).count()) + 1));
}

World::Server &World::anyServer()
{
    return *m_servers[below(m_servers.size())];
}

void World::fail(const std::string &what) const
{
    throw Violation(std::to_string(m_now.count()) + " ms: " + what);
}

void World::trace(std::string_view kind, std::uint64_t a, std::uint64_t b, std::uint64_t c)
{
    const auto mix = [this](std::uint64_t value) { m_trace = (m_trace ^ value) * 1099511628211U; };
    for (const char letter : kind)
        mix(std::uint64_t(letter));
    for (const std::uint64_t value : {std::uint64_t(m_now.count()), a, b, c})
        mix(value);
    if (m_traces) {
        std::printf("%8lld ms  %.*s %llu %llx %llx\n", static_cast<long long>(m_now.count()), int(kind.size()),
                    kind.data(), static_cast<unsigned long long>(a), static_cast<unsigned long long>(b),
                    static_cast<unsigned long long>(c));
    }
}

void World::at(Time time, std::function<void()> happen)
{
    m_events.push_back({std::max(time, m_now), ++m_order, std::move(happen)});
    std::push_heap(m_events.begin(), m_events.end());
}

void World::loop(Time until)
{
    while (!m_events.empty() && m_events.front().at <= until) {
        std::pop_heap(m_events.begin(), m_events.end());
        const Event event = std::move(m_events.back());
        m_events.pop_back();
        m_now = event.at;
        m_tables.now = m_databaseOffset + std::chrono::microseconds(m_now).count();
        event.happen();
    }
    m_now = until;
}

// A new process in the place of an old one, on the same machine.
void World::restart(std::size_t place)
{
    Node::Settings settings;
    settings.name = place % 4 == 3 ? "twin" : "server " + std::to_string(place);
    settings.process.bootId = "machine " + std::to_string(place / 2);
    settings.process.pidNamespace = place == 3 ? 2 : 1; // a container of its own
    settings.process.pid = std::int64_t(1 + m_servers.size());
    settings.process.started = std::uint64_t(m_now.count());
    settings.heartbeat = Milliseconds(500 * (1 + below(3)));
    settings.suspectAfter = settings.heartbeat * (3 + below(4));
    settings.lookInterval = Milliseconds(200 + below(800));
    settings.stopPatience = 2s;
    settings.longestRun = chance(0.5) ? 30s : 3600s;
    settings.threads = place == 2 ? 0 : 1 + int(below(3));
    settings.format = place % 3 == 1 ? 1 : 2;
    settings.watchedALook = chance(0.5) ? 5000 : 3;
    settings.seed = m_random();
    m_servers.push_back(std::make_unique<Server>(*this, m_servers.size(), settings));
    m_servers.back()->rank(unsigned(below(8)));
    trace("restart", place, m_servers.size());
}

void World::submit()
{
    const TaskId id = m_random() | 1;
    const std::string kind = chance(m_odds.poison) ? "poison " : "n ";
    const TaskId accepted = m_tables.accept(id, kind + std::to_string(below(30)), chance(0.2) ? 2 : 1);
    trace("accept", accepted);
    for (int i = int(below(3)); i > 0; --i) {
        Server &server = anyServer();
        if (server.isUp() && !server.isLeaving() && !server.isFrozen())
            server.watch(accepted);
    }
    for (const auto &server : m_servers) {
        if (server->isUp() && !server->isFrozen() && chance(0.3))
            server->awake([&server = *server, accepts = chance(0.7)] {
                accepts ? server.m_node.accepted(server.boot()) : server.m_node.hint(server.boot());
            });
    }
}

void World::fault()
{
    Server &server = anyServer();
    switch (below(12)) {
    case 0:
        if (server.isUp()) {
            trace("kill", server.m_index);
            server.kill();
        }
        break;
    case 1:
    case 2:
        if (server.isUp()) {
            trace("freeze", server.m_index);
            server.freeze(m_now + between(10ms, 25s));
        }
        break;
    case 3:
        trace("cut off", server.m_index);
        server.cutOff(m_now + between(10ms, 25s));
        break;
    case 4: m_databaseAwayUntil = m_now + between(10ms, 20s); break;
    case 5: m_databaseFrozenUntil = m_now + between(10ms, 10s); break;
    case 6: m_databaseOffset += (std::int64_t(below(240'000'000)) - 120'000'000); break;
    case 7:
        if (chance(0.4))
            rollBack();
        break;
    case 8:
        if (server.isUp() && !server.isFrozen())
            server.stopGracefully();
        break;
    case 9:
        if (!m_tables.tasks.empty()) {
            auto task = m_tables.tasks.begin();
            std::advance(task, below(m_tables.tasks.size()));
            m_tables.cancel(task->first);
            trace("cancel", task->first);
        }
        break;
    case 10:
        for (const auto &each : m_servers)
            each->rank(unsigned(below(8))); // a change point
        break;
    default:
        if (m_servers.size() < 40)
            restart(below(10));
        break;
    }
    const std::size_t up = std::size_t(std::ranges::count_if(m_servers, [](const auto &each) { return each->isUp(); }));
    if (up < 2 && m_servers.size() < 40)
        restart(below(10));
}

// A failover to a standby that lacks the last commits.
void World::rollBack()
{
    if (m_backups.empty())
        return;
    Tables older = m_backups[m_backups.size() - 1 - below(std::min<std::size_t>(m_backups.size(), 3))];
    for (const auto &[id, row] : m_tables.tasks) {
        const auto before = older.tasks.find(id);
        if (isOver(row.state) && before != older.tasks.end() && !isOver(before->second.state))
            count("a failover took an end back");
    }
    for (const auto &[id, row] : m_tables.nodes) {
        if (!older.nodes.contains(id))
            count("a failover took an owner away");
    }
    trace("roll back", m_backups.size());
    m_tables = std::move(older);
    m_tables.now = m_databaseOffset + std::chrono::microseconds(m_now).count();
    m_databaseRolledBack = true;
    m_ends.clear();
}

Answer World::execute(Server &server, Call call, const Statement &statement)
{
    const bool reads = std::holds_alternative<Look>(statement) || std::holds_alternative<Survey>(statement)
        || std::holds_alternative<Beat>(statement); // or changes no task
    const Tables before = reads ? Tables() : m_tables;
    Answer answer = m_tables.execute(statement);
    const auto *rows = std::get_if<Rows>(&answer);
    trace("execute", server.m_index, call, rows ? std::uint64_t(rows->changed) : 99);
    if (!reads)
        checkChange(server, statement, before);
    if (std::holds_alternative<GiveBack>(statement) && rows->changed > 0)
        count(server.isLeaving() ? "a graceful stop gave back" : "a stray was given back");
    if (std::holds_alternative<KeepResult>(statement) && rows->changed > 0)
        count("a result was kept");
    return answer;
}

// After every step: who may have changed what.
void World::checkChange(const Server &server, const Statement &statement, const Tables &before)
{
    const Attempt *attempt = nullptr;
    if (const auto *end = std::get_if<End>(&statement))
        attempt = &end->attempt;
    if (const auto *giveBack = std::get_if<GiveBack>(&statement))
        attempt = &giveBack->attempt;
    for (const auto &[id, row] : m_tables.tasks) {
        const auto found = before.tasks.find(id);
        if (found == before.tasks.end() || found->second == row)
            continue;
        const Tables::TaskRow &old = found->second;
        if (isOver(old.state))
            fail("a task that has ended is changed");
        if (row.version <= old.version)
            fail("a row changes and its version does not");
        if (attempt
            && (old.state != TaskState::Running || old.owner != attempt->owner || old.attempt != attempt->number))
            fail("a row is written by an attempt that is not the present one");
        if (row.attempt > old.attempt + 1 || (row.attempt != old.attempt && row.state != TaskState::Running))
            fail("an attempt is counted that is none");
        const bool reaped = before.nodes.contains(old.owner) && before.nodes.at(old.owner).state == NodeState::Dead;
        const auto *giveBack = std::get_if<GiveBack>(&statement);
        if (row.deaths > old.deaths && !(std::holds_alternative<Sweep>(statement) && reaped)
            && !(giveBack && giveBack->death))
            fail("a death is counted although no owner was reaped");
        if (row.deaths < old.deaths)
            count("a death was forgotten");
        if (row.state == TaskState::Held)
            count("a task was held");
        if (row.state == TaskState::Failed && row.result == "died")
            count("a task died of its deaths");
        if (isOver(row.state) && ++m_ends[id] > 1)
            fail("a task ends twice");
        if (row.state == TaskState::Done && row.result != resultOf(row.payload))
            fail("a wrong result is written");
        if (std::holds_alternative<Sweep>(statement)) {
            const bool raced = std::ranges::any_of(
                m_servers, [&](const auto &each) { return each->m_unanswered.contains({id, old.owner, old.attempt}); });
            if (raced)
                count("reap raced an end");
        }
    }
    if (const auto *giveBack = std::get_if<GiveBack>(&statement); giveBack && giveBack->death) {
        const bool stuck = server.m_writtenOff > 0 || server.m_settings.longestRun <= 30s;
        if (!stuck)
            fail("a death is told although nothing was stuck and nothing took too long");
    }
    const auto *dead = std::get_if<MarkDead>(&statement);
    if (dead && before.nodes.contains(dead->node) && before.nodes.at(dead->node).state == NodeState::Alive
        && m_tables.nodes.at(dead->node).state == NodeState::Dead) {
        for (const auto &each : m_servers) {
            if (each->isUp() && each->m_node.id() == dead->node) {
                count("a living node was declared dead");
                const bool healthy = !each->isFrozen() && !each->isCutOff() && each->m_fitSince
                    && m_now - each->m_beatAnswered <= 3 * each->m_settings.heartbeat
                    && m_now - *each->m_fitSince >= each->m_settings.suspectAfter + 8 * each->m_settings.heartbeat;
                if (healthy)
                    fail("a healthy node is declared dead");
            }
        }
        const Process &process = before.nodes.at(dead->node).process;
        count(process.bootId == server.m_settings.process.bootId ? "a neighbour was declared dead"
                                                                 : "a dead node was declared dead");
    }
}

// The core is well again, the rest stays dead.
void World::checkConverged()
{
    for (const auto &[id, row] : m_tables.tasks) {
        if (!isOver(row.state)) {
            fail("a task does not end although all is well: " + row.payload + " state " + std::to_string(int(row.state))
                 + " attempt " + std::to_string(row.attempt) + " format " + std::to_string(row.format));
        }
    }
    for (const auto &server : m_servers) {
        if (!server->isUp())
            continue;
        if (server->hasWatchers())
            fail("a watcher waits for ever");
        if (server->computing() > 0)
            fail("something is computed for nobody");
        if (!server->m_unanswered.empty())
            fail("a computation has ended and nobody was told");
    }
}

void World::run()
{
    for (int i = 0; i < 12; ++i)
        at(between(0ms, chaos), [this] { submit(); });
    for (Time time = between(0ms, m_odds.betweenFaults); time < chaos; time += between(1ms, 2 * m_odds.betweenFaults))
        at(time, [this] { fault(); });
    for (Time time = 3s; time < chaos; time += 3s)
        at(time, [this] { m_backups.push_back(m_tables); });
    loop(chaos);

    m_healing = true;
    m_databaseAwayUntil = m_databaseFrozenUntil = m_now;
    trace("heal", 0);
    std::size_t core = 0;
    for (const auto &server : m_servers) {
        const bool usable = server->isUp() && !server->isLeaving() && server->stuckThreads() == 0
            && server->settings().format == 2 && server->settings().threads > 0;
        if (usable && (core == 0 || chance(0.5))) {
            server->heal();
            ++core;
        } else if (server->isUp()) {
            server->kill();
        }
    }
    while (core == 0) { // of the newest format
        restart(0);
        core = m_servers.back()->settings().format == 2 && m_servers.back()->settings().threads > 0 ? 1 : 0;
    }
    loop(m_now + healing);
    checkConverged();
}

} // namespace openloop::test
