// SPDX-License-Identifier: GPL-3.0-or-later
// Messages that are late, lost or repeated, computations that end or do not, and a look at each answer.
#include "tests/server/jobs/queue/simulator/server.h"

#include <algorithm>

namespace openloop::test {

World::Server::Server(World &world, std::size_t index, Node::Settings settings)
    : m_world(world), m_index(index), m_settings(std::move(settings)), m_node(m_settings, *this)
{
    m_node.start(boot());
    setAlarm();
}

int World::Server::stuckThreads() const
{
    return m_writtenOff + int(std::ranges::count_if(m_work, [](const auto &each) { return each.second.isStuck; }));
}

void World::Server::heal()
{
    m_frozenUntil = m_cutOffUntil = m_world.m_now;
    m_world.at(m_world.m_now, [this] { awake([this] { tick(); }); });
}

void World::Server::kill()
{
    m_killed = true;
    m_work.clear();
}

void World::Server::stopGracefully()
{
    m_leaving = true;
    awake([this] { m_node.stop(boot()); });
}

void World::Server::watch(TaskId task)
{
    m_watchers.try_emplace(task);
    m_node.watch(task);
}

void World::Server::awake(std::function<void()> happen)
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

void World::Server::send(Call call, const Statement &statement)
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

void World::Server::start(const Attempt &attempt, const std::string &payload)
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
    if (!m_world.m_healing && m_world.chance(m_world.m_odds.lent))
        work.lentUntil = m_world.m_now + m_world.between(1ms, 20s);
    const Time length =
        std::max(work.lentUntil - m_world.m_now, 0ms) + m_world.between(1ms, m_world.m_odds.longestWork);
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

void World::Server::stop(const Attempt &attempt)
{
    m_world.trace("stop", m_index, attempt.task, std::uint64_t(attempt.number));
    Work &work = m_work.at(attempt);
    checkStop(attempt, work);
    work.isAskedToStop = true;
    work.stopAsked = m_world.m_now;
    if (work.isStuck)
        return;
    const auto serial = work.serial;
    const Time looks = std::max(work.lentUntil, m_world.m_now);
    m_world.at(looks + m_world.between(0ms, 50ms), [this, attempt, serial] {
        awake([this, attempt, serial] {
            if (computes(attempt, serial)) {
                if (m_work.at(attempt).lentUntil > m_work.at(attempt).stopAsked + m_settings.stopPatience)
                    m_world.count("a thread that was lent got its time to stop");
                m_work.erase(attempt);
                m_node.stopped(attempt, boot());
            }
        });
    });
}

Milliseconds World::Server::ignoredFor(const Attempt &attempt) const
{
    return std::max(m_world.m_now - m_work.at(attempt).lentUntil, 0ms);
}

void World::Server::writeOff(const Attempt &attempt)
{
    m_world.count("a thread was written off");
    if (const Work &work = m_work.at(attempt); work.lentUntil > m_world.m_now - m_settings.stopPatience && !m_leaving)
        m_world.fail("a thread is written off although it was lent and has had no time to stop");
    m_work.erase(attempt);
    ++m_writtenOff;
    m_wroteOff |= !m_leaving;
    if (m_world.chance(0.5))
        return; // for good
    m_world.at(m_world.m_now + m_world.between(1ms, 10s), [this] {
        awake([this] {
            m_world.count("a thread that was written off came back");
            --m_writtenOff;
            m_node.threadCameBack(boot());
        });
    });
}

void World::Server::tell(const Seen &seen)
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

void World::Server::probe(const Suspect &node)
{
    const auto *process = &*node.neighbour;
    const bool lives = !m_world.m_odds.clones && std::ranges::any_of(m_world.m_servers, [process](const auto &server) {
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

void World::Server::reconnect()
{
    for (const auto &[call, sent] : m_sent) {
        if (std::holds_alternative<Beat>(sent.statement))
            m_world.at(m_world.m_now + m_world.between(0ms, 2s), [this, call = call] { lose(call); });
    }
}

void World::Server::gone()
{
    if (!m_work.empty())
        m_world.fail("a node leaves although it computes");
    m_gone = true;
}

World::Time World::Server::delay()
{
    const Odds &odds = m_world.m_odds;
    if (m_world.m_healing)
        return m_world.between(1ms, 5ms);
    if (odds.byPriority)
        return m_rank * odds.slowest / 8 + m_world.between(1ms, 3ms);
    return m_world.between(1ms, odds.slowest);
}

void World::Server::tick()
{
    m_node.tick(boot());
    if (isUp() && m_node.wakeAt() <= boot())
        m_world.fail("a node wants to be woken at once, again and again");
}

void World::Server::setAlarm()
{
    if (!isUp())
        return;
    const Time wake = std::max(m_node.wakeAt() - 1000h, m_world.m_now);
    if (m_node.wakeAt() == BootTime::max() || (wake >= m_wake && m_wake > m_world.m_now))
        return;
    m_wake = wake;
    m_world.at(wake, [this, wake] {
        if (m_wake == wake)
            awake([this] { tick(); });
    });
}

bool World::Server::computes(const Attempt &attempt, std::uint64_t serial) const
{
    const auto found = m_work.find(attempt);
    return !m_killed && found != m_work.end() && found->second.serial == serial;
}

void World::Server::finish(const Attempt &attempt, std::uint64_t serial)
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
void World::Server::arrive(Call call, const Statement &statement, Time timeout)
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

void World::Server::lose(Call call)
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

void World::Server::take(Call call, const Answer &answer)
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

void World::Server::noteBefore(const Sent &sent, const Answer &answer)
{
    const auto *rows = std::get_if<Rows>(&answer);
    if (const auto *claim = std::get_if<Claim>(&sent.statement)) {
        m_claimSent = sent.at + 1000h;
        const bool late = m_world.m_now - sent.at > m_settings.heartbeat;
        if (late && claim->node == m_node.id() && !std::get<Claims>(answer).tasks.empty())
            m_world.count("a late claim started nothing");
        if (std::ranges::any_of(std::get<Claims>(answer).tasks, [](const auto &each) { return each.kept.has_value(); }))
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
            if (!now.contains(before) && row != m_world.m_tables.nodes.end() && row->second.state == NodeState::Alive)
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
void World::Server::checkAfter(const Sent &sent, const Answer &answer)
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
void World::Server::checkStop(const Attempt &attempt, const Work &work)
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
void World::Server::checkReap()
{
    const bool fit = m_fitSince && m_world.m_now - *m_fitSince >= m_settings.suspectAfter;
    if (!fit)
        m_world.fail("a node declares another one dead although its own beats were not answered for long enough");
}

} // namespace openloop::test
