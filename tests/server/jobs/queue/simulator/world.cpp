// SPDX-License-Identifier: GPL-3.0-or-later
// The scheduler and the faults.
#include "tests/server/jobs/queue/simulator/server.h"

#include <algorithm>
#include <cstdio>
#include <sstream>

namespace openloop::test {

namespace {

constexpr auto chaos = 60s;
constexpr auto healing = 600s;

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
        "a thread that was lent got its time to stop",
        "a thread that was written off came back",
        "a result was kept",
        "a kept result was used",
        "a failover took an end back",
        "a failover took an owner away",
        "a graceful stop gave back",
        "a watcher was told of a version that went back",
        "a second look differed",
        "nobody was fit",
        "cloned machines stood still",
    };
    return all;
}

World::World(std::uint64_t seed, bool traces) : m_seed(seed), m_traces(traces), m_random(seed * 0x9e3779b97f4a7c15U + 1)
{
    const auto rarely = [this](double most) { return chance(0.3) ? 0 : most * double(below(1000)) / 1000; };
    m_odds.lostRequest = rarely(0.1);
    m_odds.lostAnswer = rarely(0.2);
    m_odds.lateAnswer = rarely(0.1);
    m_odds.repeatedAnswer = rarely(0.1);
    m_odds.stuck = rarely(0.1);
    m_odds.lent = rarely(0.1);
    m_odds.poison = rarely(0.2);
    m_odds.failing = rarely(0.1);
    m_odds.slowest = between(5ms, 400ms);
    m_odds.betweenFaults = between(500ms, 8s);
    m_odds.longestWork = chance(0.3) ? between(10s, 40s) : between(10ms, 8s);
    m_odds.byPriority = chance(0.3);
    m_odds.clones = chance(0.1);
    if (m_odds.clones) {
        m_odds.lostRequest = m_odds.lostAnswer = m_odds.lateAnswer = m_odds.repeatedAnswer = 0;
        m_odds.slowest = std::min(m_odds.slowest, Time(50));
    }
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
         << m_odds.repeatedAnswer << ", stuck " << m_odds.stuck << ", lent " << m_odds.lent << ", poison "
         << m_odds.poison << ", slowest message " << m_odds.slowest.count() << " ms, a fault every "
         << m_odds.betweenFaults.count() << " ms, longest work " << m_odds.longestWork.count() << " ms"
         << (m_odds.byPriority ? ", by priority" : "") << (m_odds.clones ? ", clones" : "");
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
    const std::uint64_t beats = below(3);
    settings.heartbeat = Milliseconds(500 * (1 + (m_odds.clones ? m_seed % 3 : beats))); // clones have the same options
    settings.suspectAfter = settings.heartbeat * (3 + below(4));
    settings.lookInterval = Milliseconds(200 + below(800));
    if (m_odds.clones) // a beat that is lost is soon followed by another
        settings.lookInterval = std::min(settings.lookInterval, settings.heartbeat / 4);
    settings.stopPatience = 2s;
    settings.longestRun = chance(0.5) ? 30s : 3600s;
    settings.threads = place == 2 ? 0 : 1 + int(below(3));
    settings.format = place % 3 == 1 ? 1 : 2;
    settings.watchedALook = chance(0.5) ? 5000 : 3;
    settings.seed = m_random();
    m_servers.push_back(std::make_unique<Server>(*this, m_servers.size(), settings));
    m_servers.back()->rank(unsigned(below(8)));
    if (m_odds.clones)
        m_servers.back()->freeze(m_databaseFrozenUntil);
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

// All that runs on a host which is suspended, the database too.
void World::standStill()
{
    const Time until = std::min<Time>(m_now + between(10ms, 5s), chaos);
    trace("stand still", std::uint64_t(until.count()));
    count("cloned machines stood still");
    for (const auto &server : m_servers)
        server->freeze(until);
    m_databaseFrozenUntil = std::max(m_databaseFrozenUntil, until);
}

void World::fault()
{
    Server &server = anyServer();
    const auto kind = below(12);
    if (m_odds.clones && kind >= 1 && kind <= 7) { // so that whoever lives has beaten in time
        standStill();
        return;
    }
    switch (kind) {
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
