// SPDX-License-Identifier: GPL-3.0-or-later
// What must hold of the tables after every step, and of all when everything is well again.
#include "tests/server/jobs/queue/simulator/server.h"

#include <algorithm>

namespace openloop::test {

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
        const bool stuck = server.m_wroteOff || server.m_settings.longestRun <= 30s;
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
                if (healthy || m_odds.clones)
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

} // namespace openloop::test
