// SPDX-License-Identifier: GPL-3.0-or-later
// The tasks: what is computed here, what a look tells of it, and what is claimed.
#include "server/jobs/queue/node.h"

#include <algorithm>
#include <utility>

namespace openloop::queue {

namespace {

// What changes the owner of a task: until it is answered or given up, a look may see either.
bool changesOwner(const Statement &statement)
{
    return std::holds_alternative<Claim>(statement) || std::holds_alternative<End>(statement)
        || std::holds_alternative<GiveBack>(statement);
}

} // namespace

// What is computed here

void Node::halt(const Attempt &attempt, Run &run, BootTime now)
{
    run.state = Run::State::Stopping;
    run.stopAsked = now;
    m_effects.stop(attempt);
}

void Node::ended(const Attempt &attempt, TaskState state, std::string result, BootTime now)
{
    const auto found = m_runs.find(attempt);
    if (found == m_runs.end())
        return; // written off
    Run &run = found->second;
    run.state = Run::State::Ending;
    run.outcome = state;
    run.result = std::move(result);
    run.again = now;
    tick(now);
}

void Node::stopped(const Attempt &attempt, BootTime now)
{
    const auto found = m_runs.find(attempt);
    if (found == m_runs.end())
        return;
    if (found->second.mine) {
        found->second.state = Run::State::GivingBack;
        found->second.again = now;
    } else {
        m_runs.erase(found);
    }
    tick(now);
}

void Node::threadCameBack(BootTime now)
{
    --m_writtenOff;
    tick(now);
}

// Whose thread is lent is given its time from then on; but an end has a bound, and gives back whatever goes on.
bool Node::ignoresItsStop(const Attempt &attempt, Run &run, BootTime now) const
{
    if (run.state != Run::State::Stopping || now - run.stopAsked < m_settings.stopPatience)
        return false;
    if (m_phase == Phase::Leaving)
        return true;
    run.stopAsked = std::max(run.stopAsked, now - m_effects.ignoredFor(attempt));
    return now - run.stopAsked >= m_settings.stopPatience;
}

void Node::advanceAll(BootTime now)
{
    for (auto entry = m_runs.begin(); entry != m_runs.end();) {
        auto &[attempt, run] = *entry;
        if (run.state == Run::State::Computing && now - run.started >= m_settings.longestRun) {
            run.death = true;
            halt(attempt, run, now);
        }
        if (ignoresItsStop(attempt, run, now)) {
            ++m_writtenOff;
            m_effects.writeOff(attempt);
            if (!run.mine) {
                entry = m_runs.erase(entry);
                continue;
            }
            run.state = Run::State::GivingBack;
            run.death |= m_phase != Phase::Leaving; // a graceful stop counts none
            run.again = now;
        }
        advance(attempt, run, now);
        ++entry;
    }
}

void Node::advance(const Attempt &attempt, Run &run, BootTime now)
{
    if (run.call != 0 || now < run.again)
        return;
    switch (run.state) {
    case Run::State::Computing:
    case Run::State::Stopping: return;
    case Run::State::Ending: run.call = send(End{attempt, run.outcome, run.result}, now); return;
    case Run::State::GivingBack: run.call = send(GiveBack{attempt, run.death}, now); return;
    case Run::State::KeepingResult: run.call = send(KeepResult{attempt.task, run.result}, now); return;
    }
}

// An end, a give-back or a kept result was answered.
void Node::onSettled(Call call, const Statement &statement, int changed, BootTime now)
{
    const auto found = std::ranges::find_if(m_runs, [call](const auto &entry) { return entry.second.call == call; });
    if (found == m_runs.end())
        return;
    auto &[attempt, run] = *found;
    const bool refused = std::holds_alternative<End>(statement) && changed == 0;
    if (refused && run.outcome == TaskState::Done) {
        run.state = Run::State::KeepingResult;
        run.call = 0;
        advance(attempt, run, now);
    } else {
        m_runs.erase(found);
    }
}

// Looking and claiming

/// The newest call up to which all that changes owners is answered or given up.
Call Node::settledBefore() const
{
    for (const auto &[call, sent] : m_sent) {
        if (changesOwner(sent.statement))
            return call - 1;
    }
    return m_lastCall;
}

void Node::look(BootTime now)
{
    if (m_look != 0 || now < m_nextLook)
        return;
    m_nextLook = now + m_settings.lookInterval;
    Look look{m_id, {}, m_settings.format};
    auto next = m_watched.lower_bound(m_watchedNext);
    while (look.watched.size() < std::min(m_settings.watchedALook, m_watched.size())) {
        if (next == m_watched.end())
            next = m_watched.begin();
        look.watched.push_back(next->first);
        ++next;
    }
    m_watchedNext = next == m_watched.end() ? 0 : next->first;
    const Call barrier = settledBefore();
    m_look = send(std::move(look), now);
    Sent &sent = m_sent.at(m_look);
    sent.barrier = barrier;
    for (const auto &[attempt, run] : m_runs) {
        if (run.state == Run::State::Computing)
            sent.known.insert(attempt);
    }
}

// Judges only what was settled when the look was sent: what was claimed since may be missing in it.
void Node::onSight(const Sent &sent, const Sight &sight, BootTime now)
{
    for (auto &[attempt, run] : m_runs) {
        const bool judged = run.state == Run::State::Computing && sent.known.contains(attempt);
        if (judged && !std::ranges::binary_search(sight.mine, attempt)) {
            run.mine = false;
            halt(attempt, run, now);
        }
    }
    judgeStrays(sent, sight, now);
    m_claimable = sight.claimable;
    m_looksFirst = false;
    tellWatchers(sight);
}

// A claim whose answer was lost, or came too late, or an end that a failover took back.
void Node::judgeStrays(const Sent &sent, const Sight &sight, BootTime now)
{
    std::map<Attempt, Stray> strays;
    for (const Attempt &attempt : sight.mine) {
        if (m_runs.contains(attempt))
            continue;
        const auto known = m_strays.find(attempt);
        Stray stray = known == m_strays.end() ? Stray{m_lastCall, 0} : known->second;
        if (known != m_strays.end() && sent.barrier >= stray.barrier)
            ++stray.looks;
        if (stray.looks < 2) {
            strays.emplace(attempt, stray);
            continue;
        }
        Run run;
        run.state = Run::State::GivingBack;
        run.again = now;
        advance(attempt, m_runs.emplace(attempt, std::move(run)).first->second, now);
    }
    m_strays = std::move(strays);
}

void Node::lookFirst()
{
    m_claimable = false;
    m_looksFirst = true;
}

int Node::idleThreads() const
{
    const auto busy = std::ranges::count_if(m_runs, [](const auto &entry) {
        return entry.second.state == Run::State::Computing || entry.second.state == Run::State::Stopping;
    });
    return std::max(0, m_settings.threads - m_writtenOff - int(busy));
}

void Node::claim(BootTime now)
{
    const int idle = idleThreads();
    if (m_claim != 0 || !m_claimable || idle == 0 || isOverdue(now))
        return;
    m_claim = send(Claim{m_id, idle, m_settings.format}, now);
}

void Node::onClaims(const Sent &sent, const Claims &claims, BootTime now)
{
    const auto &claim = std::get<Claim>(sent.statement);
    m_claimable = int(claims.tasks.size()) == claim.most; // fewer: the next look tells
    const bool late = now - sent.at > m_settings.heartbeat;
    for (const auto &[attempt, payload, kept] : claims.tasks) {
        if (m_runs.contains(attempt))
            continue; // a failover took the number back: what is under way here comes first
        Run run;
        if (m_phase == Phase::Leaving) {
            run.state = Run::State::GivingBack;
            run.again = now;
        } else if (late || isOverdue(now)) {
            continue; // it may be another's by now: the looks sort it out
        } else if (kept) {
            run.state = Run::State::Ending;
            run.outcome = TaskState::Done;
            run.result = *kept;
            run.again = now;
        } else {
            run.started = now;
            m_effects.start(attempt, payload);
        }
        m_runs.emplace(attempt, std::move(run));
    }
}

void Node::hint(BootTime now)
{
    m_nextLook = std::min(m_nextLook, now);
    tick(now);
}

void Node::accepted(BootTime now)
{
    if (m_looksFirst)
        m_nextLook = std::min(m_nextLook, now);
    else
        m_claimable = true;
    tick(now);
}

bool Node::takesWork(BootTime now) const
{
    return m_phase == Phase::Alive && m_claim == 0 && idleThreads() > 0 && !isOverdue(now);
}

bool Node::knows(TaskId task) const
{
    const auto run = m_runs.lower_bound(Attempt{task, 0, 0});
    return m_watched.contains(task) || (run != m_runs.end() && run->first.task == task);
}

void Node::watch(TaskId task)
{
    m_watched.try_emplace(task, 0);
}

void Node::unwatch(TaskId task)
{
    m_watched.erase(task);
}

// A version can go back after a failover: what counts is that it is another one, or an end: where the clock went back
// as well, the number that was told may come again with another meaning.
void Node::tellWatchers(const Sight &sight)
{
    for (const Seen &seen : sight.watched) {
        const auto watched = m_watched.find(seen.task);
        if (watched == m_watched.end() || (seen.exists && !isOver(seen.state) && seen.version == watched->second))
            continue;
        m_effects.tell(seen);
        watched->second = seen.version;
        if (!seen.exists || isOver(seen.state))
            m_watched.erase(watched);
    }
}

} // namespace openloop::queue
