// SPDX-License-Identifier: GPL-3.0-or-later
// The protocol, event by event: what was sent and is open, what is computed here, whom to doubt, and what follows.
#include "server/jobs/node.h"

#include <algorithm>
#include <utility>

namespace openloop::queue {

namespace {

constexpr int beatJitter = 20; // percent
constexpr int roundJitter = 50;
constexpr Milliseconds reconnectWithin{2000};

template <typename... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};
template <typename... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

// What changes the owner of a task: until it is answered or given up, a look may see either.
bool changesOwner(const Statement &statement)
{
    return std::holds_alternative<Claim>(statement) || std::holds_alternative<End>(statement)
        || std::holds_alternative<GiveBack>(statement);
}

int changedBy(const Answer &answer)
{
    const auto *rows = std::get_if<Rows>(&answer);
    return rows ? rows->changed : 0;
}

} // namespace

Node::Node(Settings settings, Effects &effects)
    : m_settings(std::move(settings)), m_effects(effects), m_random(m_settings.seed)
{
}

// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
std::uint64_t Node::random()
{
    std::uint64_t z = m_random += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

Milliseconds Node::jittered(Milliseconds time, int percent)
{
    const auto span = std::uint64_t(time.count()) * unsigned(percent) / 100;
    return time - Milliseconds(span) + Milliseconds(random() % (2 * span + 1));
}

Call Node::send(Statement statement, BootTime now)
{
    const Call call = ++m_lastCall;
    m_effects.send(call, statement);
    m_sent.emplace(call, Sent{std::move(statement), now, {}, 0});
    return call;
}

void Node::start(BootTime now)
{
    m_phase = Phase::Joining;
    m_id = random();
    m_nextJoin = now;
    tick(now);
}

void Node::stop(BootTime now)
{
    if (m_phase == Phase::Leaving || m_phase == Phase::Gone)
        return;
    m_phase = Phase::Leaving;
    for (auto &[attempt, run] : m_runs) {
        if (run.state == Run::State::Computing)
            halt(attempt, run, now);
    }
    m_nextLeave = now;
    leaveIfDone(now);
}

bool Node::isOverdue(BootTime now) const
{
    const BootTime expected = m_unanswered.value_or(m_nextBeat);
    return now - expected > m_settings.heartbeat;
}

bool Node::isFit(BootTime now) const
{
    return m_fitSince && now - *m_fitSince >= m_settings.suspectAfter && !isOverdue(now);
}

// Whoever was cut off, or stood still, knows nothing of the others.
void Node::doubt()
{
    m_fitSince.reset();
    m_suspects.clear();
}

int Node::idleThreads() const
{
    const auto busy = std::ranges::count_if(m_runs, [](const auto &entry) {
        return entry.second.state == Run::State::Computing || entry.second.state == Run::State::Stopping;
    });
    return std::max(0, m_settings.threads - m_writtenOff - int(busy));
}

void Node::tick(BootTime now)
{
    if (m_phase == Phase::New || m_phase == Phase::Gone)
        return;
    if (m_phase == Phase::Joining) {
        if (now >= m_nextJoin)
            join(now);
    } else {
        if (isOverdue(now)) {
            doubt();
            m_claimable = false; // first of all a look
            m_nextLook = std::min(m_nextLook, now);
        }
        beat(now);
    }
    if (m_phase == Phase::Alive) {
        look(now);
        claim(now);
        survey(now);
    }
    advanceAll(now);
    leaveIfDone(now);
}

BootTime Node::wakeAt() const
{
    BootTime next = BootTime::max();
    const auto at = [&next](BootTime time) { next = std::min(next, time); };
    if (m_phase == Phase::Joining)
        at(m_nextJoin);
    if (m_phase == Phase::Alive || m_phase == Phase::Leaving) {
        if (m_beat == 0)
            at(m_nextBeat);
        else if (!m_reconnected)
            at(m_sent.at(m_beat).at + m_settings.heartbeat + Milliseconds(1));
    }
    if (m_phase == Phase::Alive && m_look == 0)
        at(m_nextLook);
    if (m_phase == Phase::Alive && m_survey == 0)
        at(m_nextRound);
    if (m_phase == Phase::Leaving && m_leave == 0 && m_runs.empty() && m_claim == 0)
        at(m_nextLeave);
    for (const auto &[attempt, run] : m_runs) {
        if (run.state == Run::State::Computing)
            at(run.started + m_settings.longestRun);
        else if (run.state == Run::State::Stopping)
            at(run.stopAsked + m_settings.stopPatience);
        else if (run.call == 0)
            at(run.again);
    }
    return next;
}

// Starting, living, leaving

void Node::join(BootTime now)
{
    m_nextJoin = BootTime::max(); // once this one is answered or lost
    send(Join{m_id, m_settings.name, m_settings.process, m_settings.heartbeat, m_settings.suspectAfter}, now);
}

void Node::beat(BootTime now)
{
    if (m_beat != 0) {
        if (!m_reconnected && now - m_sent.at(m_beat).at > m_settings.heartbeat) {
            m_reconnected = true;
            m_effects.reconnect();
        }
        return;
    }
    if (now < m_nextBeat)
        return;
    m_beat = send(Beat{m_id}, now);
    m_reconnected = false;
    if (!m_unanswered)
        m_unanswered = now;
}

void Node::onBeat(const Sent &sent, const Rows &rows, BootTime now)
{
    m_unanswered.reset();
    m_nextBeat = std::max(now, sent.at + jittered(m_settings.heartbeat, beatJitter));
    if (rows.changed == 0) {
        beDead(now);
        return;
    }
    if (now - sent.at > m_settings.heartbeat)
        doubt();
    else if (!m_fitSince)
        m_fitSince = sent.at;
}

// Others may compute what is computed here. Whatever has ended is told all the same: its fence decides.
void Node::beDead(BootTime now)
{
    doubt();
    m_strays.clear();
    m_claimable = false;
    m_look = m_claim = m_survey = m_sweep = 0;
    for (auto &[attempt, run] : m_runs) {
        run.mine = false;
        if (run.state == Run::State::Computing)
            halt(attempt, run, now);
    }
    if (m_phase != Phase::Alive)
        return;
    m_phase = Phase::Joining;
    m_id = random();
    m_nextJoin = now;
    join(now);
}

void Node::leaveIfDone(BootTime now)
{
    if (m_phase != Phase::Leaving || m_leave != 0 || m_claim != 0 || !m_runs.empty() || now < m_nextLeave)
        return;
    m_leave = send(Leave{m_id}, now);
}

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

void Node::advanceAll(BootTime now)
{
    for (auto entry = m_runs.begin(); entry != m_runs.end();) {
        auto &[attempt, run] = *entry;
        if (run.state == Run::State::Computing && now - run.started >= m_settings.longestRun) {
            run.death = true;
            halt(attempt, run, now);
        }
        if (run.state == Run::State::Stopping && now - run.stopAsked >= m_settings.stopPatience) {
            ++m_writtenOff;
            m_effects.writeOff(attempt);
            if (!run.mine) {
                entry = m_runs.erase(entry);
                continue;
            }
            run.state = Run::State::GivingBack;
            run.death = true;
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

void Node::watch(TaskId task)
{
    m_watched.try_emplace(task, 0);
}

void Node::unwatch(TaskId task)
{
    m_watched.erase(task);
}

// A version can go back after a failover: what counts is that it is another one.
void Node::tellWatchers(const Sight &sight)
{
    for (const Seen &seen : sight.watched) {
        const auto watched = m_watched.find(seen.task);
        if (watched == m_watched.end() || (seen.exists && seen.version == watched->second))
            continue;
        m_effects.tell(seen);
        watched->second = seen.version;
        if (!seen.exists || isOver(seen.state))
            m_watched.erase(watched);
    }
}

// The dead

void Node::survey(BootTime now)
{
    if (m_survey != 0 || now < m_nextRound || isOverdue(now))
        return;
    m_nextRound = now + jittered(2 * m_settings.heartbeat, roundJitter);
    const Process &process = m_settings.process;
    m_survey = send(Survey{m_id, m_settings.suspectAfter, process.bootId, process.pidNamespace}, now);
}

// Dead is who looks dead in two rounds, and has not beaten in between; a neighbour, whose process is gone.
void Node::onSuspects(const Suspects &suspects, BootTime now)
{
    std::map<NodeId, Suspected> stillSuspect;
    const bool fit = isFit(now);
    for (const Suspect &suspect : suspects.nodes) {
        if (suspect.node == m_id)
            continue;
        if (suspect.neighbour)
            m_effects.probe(suspect);
        if (!suspect.looksDead || !fit)
            continue;
        const auto known = m_suspects.find(suspect.node);
        Suspected suspected{suspect.beat, suspect.seenAt, now};
        if (known != m_suspects.end() && known->second.beat == suspect.beat && known->second.seenAt == suspect.seenAt) {
            suspected.since = known->second.since;
            if (now - suspected.since >= 2 * suspect.heartbeat)
                send(MarkDead{suspect.node, suspect.beat, suspect.seenAt}, now);
        }
        stillSuspect.emplace(suspect.node, suspected);
    }
    m_suspects = std::move(stillSuspect);
    sweep(now);
}

void Node::probed(const Suspect &node, bool gone, BootTime now)
{
    if (gone && m_phase == Phase::Alive)
        send(MarkDead{node.node, node.beat, node.seenAt}, now);
}

void Node::sweep(BootTime now)
{
    if (m_sweep == 0)
        m_sweep = send(Sweep{}, now);
}

// Answers

void Node::answered(Call call, const Answer &answer, BootTime now)
{
    auto node = m_sent.extract(call);
    if (node.empty() || m_phase == Phase::Gone)
        return;
    const Sent sent = std::move(node.mapped());
    const int changed = changedBy(answer);
    std::visit(Overloaded{
                   [&](const Join &join) {
                       if (join.node != m_id || m_phase != Phase::Joining)
                           return;
                       m_phase = Phase::Alive;
                       m_unanswered.reset();
                       m_nextBeat = m_nextLook = m_nextRound = now;
                   },
                   [&](const Beat &beat) {
                       m_beat = 0;
                       if (beat.node == m_id)
                           onBeat(sent, Rows{changed}, now);
                   },
                   [&](const Look &) {
                       if (std::exchange(m_look, m_look == call ? 0 : m_look) == call)
                           onSight(sent, std::get<Sight>(answer), now);
                   },
                   [&](const Claim &) {
                       if (std::exchange(m_claim, m_claim == call ? 0 : m_claim) == call)
                           onClaims(sent, std::get<Claims>(answer), now);
                   },
                   [&](const Survey &) {
                       if (std::exchange(m_survey, m_survey == call ? 0 : m_survey) == call)
                           onSuspects(std::get<Suspects>(answer), now);
                   },
                   [&](const MarkDead &) {
                       if (changed > 0)
                           sweep(now);
                   },
                   [&](const Sweep &) {
                       m_sweep = m_sweep == call ? 0 : m_sweep;
                       if (changed > 0) { // until nothing is left
                           m_nextLook = std::min(m_nextLook, now);
                           sweep(now);
                       }
                   },
                   [&](const Leave &) {
                       m_phase = Phase::Gone;
                       m_effects.gone();
                   },
                   [&](const auto &) { onSettled(call, sent.statement, changed, now); },
               },
               sent.statement);
    tick(now);
}

void Node::lost(Call call, BootTime now)
{
    auto node = m_sent.extract(call);
    if (node.empty() || m_phase == Phase::Gone)
        return;
    const Milliseconds pause = jittered(m_settings.lookInterval, roundJitter);
    std::visit(Overloaded{
                   [&](const Join &join) {
                       if (join.node == m_id)
                           m_nextJoin = now + pause;
                   },
                   [&](const Beat &) {
                       m_beat = 0;
                       doubt();
                       m_nextBeat = now + std::min(pause, reconnectWithin);
                   },
                   [&](const Look &) { m_look = m_look == call ? 0 : m_look; },
                   [&](const Claim &) {
                       if (m_claim == call) {
                           m_claim = 0;
                           m_claimable = false; // what it may have claimed is looked for first
                       }
                   },
                   [&](const Survey &) { m_survey = m_survey == call ? 0 : m_survey; },
                   [&](const MarkDead &) {},
                   [&](const Sweep &) { m_sweep = m_sweep == call ? 0 : m_sweep; },
                   [&](const Leave &) {
                       m_leave = 0;
                       m_nextLeave = now + pause;
                   },
                   [&](const auto &) {
                       for (auto &[attempt, run] : m_runs) {
                           if (run.call == call) {
                               run.call = 0;
                               run.again = now + pause;
                           }
                       }
                   },
               },
               node.mapped().statement);
    tick(now);
}

} // namespace openloop::queue
