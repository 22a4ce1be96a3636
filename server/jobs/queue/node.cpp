// SPDX-License-Identifier: GPL-3.0-or-later
// Living among others: starting, beating, leaving, judging the dead, and to whom each answer goes.
#include "server/jobs/queue/node.h"

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
    m_sent.emplace(call, Sent{std::move(statement), now, {}, 0, m_lastBeat});
    return call;
}

void Node::start(BootTime now)
{
    m_phase = Phase::Joining;
    m_id = random();
    m_stoodStill = now; // as far as it knows
    m_nextJoin = now;
    tick(now);
}

void Node::stop(BootTime now)
{
    if (m_phase == Phase::New) {
        m_phase = Phase::Gone;
        m_effects.gone();
    }
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

// Where a whole machine stood still, others had no more time to beat than this one had.
void Node::noteLateness(BootTime due, BootTime now)
{
    if (now - due > m_settings.heartbeat / 4)
        m_stoodStill = now;
}

// Whoever was cut off, or stood still, knows nothing of the others.
void Node::doubt()
{
    m_fitSince.reset();
    m_suspects.clear();
}

void Node::tick(BootTime now)
{
    if (m_phase == Phase::New || m_phase == Phase::Gone)
        return;
    noteLateness(wakeAt(), now);
    if (m_phase == Phase::Joining) {
        if (now >= m_nextJoin)
            join(now);
    } else {
        const bool overdue = isOverdue(now);
        if (overdue) {
            doubt();
            lookFirst();
        }
        if (overdue && !m_wasOverdue) // once: a look that is lost at once would be followed by the next at once
            m_nextLook = std::min(m_nextLook, now);
        m_wasOverdue = overdue;
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
    if (m_phase == Phase::Alive && m_survey == 0 && !m_wasOverdue) // else with the beat's answer
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
    send(Join{m_id, m_settings.name, m_settings.process, m_settings.heartbeat, m_settings.suspectAfter,
              m_settings.version, m_settings.format},
         now);
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
    m_beat = send(Beat{m_id, {}}, now);
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
    const bool wentBack = rows.beat != 0 && rows.beat <= sent.beat; // the database: a failover
    m_lastBeat = rows.beat;
    if (now - sent.at > m_settings.heartbeat || wentBack)
        doubt();
    else if (!m_fitSince)
        m_fitSince = sent.at;
}

// Others may compute what is computed here. Whatever has ended is told all the same: its fence decides.
void Node::beDead(BootTime now)
{
    doubt();
    m_lastBeat = 0;
    m_strays.clear();
    lookFirst();
    m_look = m_claim = m_survey = m_sweep = 0;
    m_sweepAgain = false;
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
// Where the database went back to an earlier state, as one's own beats tell, others look as they did then.
void Node::onSuspects(const Sent &sent, const Suspects &suspects, BootTime now)
{
    if (suspects.ownBeat < sent.beat)
        doubt();
    std::map<NodeId, Suspected> stillSuspect;
    const bool fit = isFit(now);
    for (const Suspect &suspect : suspects.nodes) {
        if (suspect.node == m_id)
            continue;
        if (suspect.neighbour && !m_settings.process.bootId.empty()) // else whoever could not read it is one
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
    sweep(m_settings.heartbeat / 2, now); // so often by all of them together; alone it always has its turn
}

// A machine that was cloned as it ran has the ids of its original, and processes that are gone here: who beats lives.
// When the next beat is missing, it is asked again; so it is when all may have stood still until just now.
void Node::probed(const Suspect &node, bool gone, BootTime now)
{
    if (!gone || m_phase != Phase::Alive)
        return;
    noteLateness(wakeAt(), now);
    const BootTime missed = now + node.heartbeat * 3 / 2 - std::max(node.seenAgo, Milliseconds(0)) + Milliseconds(1);
    if (const BootTime judged = std::max(missed, m_stoodStill + node.heartbeat / 2); judged <= now)
        send(MarkDead{node.node, node.beat, node.seenAt}, now);
    else
        m_nextRound = std::min(m_nextRound, judged);
}

void Node::sweep(Milliseconds pause, BootTime now)
{
    if (m_sweep == 0)
        m_sweep = send(Sweep{pause}, now);
    else
        m_sweepAgain |= pause == Milliseconds(0);
}

// Answers

void Node::answered(Call call, const Answer &answer, BootTime now)
{
    noteLateness(wakeAt(), now);
    auto node = m_sent.extract(call);
    if (node.empty() || m_phase == Phase::Gone)
        return;
    const Sent sent = std::move(node.mapped());
    noteLateness(sent.at, now);
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
                           onBeat(sent, std::get<Rows>(answer), now);
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
                           onSuspects(sent, std::get<Suspects>(answer), now);
                   },
                   [&](const MarkDead &) {
                       if (changed > 0)
                           sweep(Milliseconds(0), now);
                   },
                   [&](const Sweep &) {
                       m_sweep = m_sweep == call ? 0 : m_sweep;
                       if (changed > 0) // until nothing is left
                           m_nextLook = std::min(m_nextLook, now);
                       if (std::exchange(m_sweepAgain, false) || changed > 0)
                           sweep(Milliseconds(0), now);
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
                           lookFirst();
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
