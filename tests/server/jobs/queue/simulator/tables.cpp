// SPDX-License-Identifier: GPL-3.0-or-later
// Each statement as one step that nobody sees half done.
#include "tests/server/jobs/queue/simulator/tables.h"

#include <algorithm>
#include <set>

namespace openloop::test {

using namespace queue;

namespace {

std::int64_t microseconds(Milliseconds time)
{
    return std::chrono::microseconds(time).count();
}

} // namespace

Answer Tables::execute(const Statement &statement)
{
    return std::visit([this](const auto &each) { return on(each); }, statement);
}

bool Tables::isAlive(NodeId node) const
{
    const auto found = nodes.find(node);
    return found != nodes.end() && found->second.state == NodeState::Alive;
}

/// The row, if the attempt is the one that runs.
Tables::TaskRow *Tables::present(const Attempt &attempt)
{
    const auto found = tasks.find(attempt.task);
    if (found == tasks.end())
        return nullptr;
    TaskRow &row = found->second;
    if (row.state != TaskState::Running)
        return nullptr;
    if (row.owner != attempt.owner)
        return nullptr;
    if (row.attempt != attempt.number)
        return nullptr;
    return &row;
}

void Tables::change(TaskRow &row, TaskState state)
{
    row.state = state;
    row.version = std::max(row.version + 1, std::uint64_t(std::max<std::int64_t>(now, 0)));
}

void Tables::putBack(TaskRow &row, bool death)
{
    if (death)
        row.deaths = now - row.startedAt > settings.longAttempt ? 1 : row.deaths + 1;
    row.owner = 0;
    if (death && (row.deaths >= settings.mostDeaths || row.attempt >= settings.mostAttempts)) {
        row.result = "died";
        change(row, TaskState::Failed);
    } else if (death && row.deaths == settings.mostDeaths - 1) {
        row.dueAt = now + settings.hold;
        change(row, TaskState::Held);
    } else {
        change(row, TaskState::Queued);
    }
}

Answer Tables::on(const Join &join)
{
    const NodeRow row{join.name,         join.process, 1,           now, join.heartbeat,
                      join.suspectAfter, join.version, join.format, {},  NodeState::Alive};
    return Rows{nodes.emplace(join.node, row).second ? 1 : 0};
}

Answer Tables::on(const Beat &beat)
{
    if (!isAlive(beat.node))
        return Rows{0, 0};
    NodeRow &row = nodes.at(beat.node);
    ++row.beat;
    row.seenAt = now;
    row.progress = beat.progress;
    return Rows{1, row.beat};
}

Answer Tables::on(const Look &look)
{
    Sight sight;
    for (const auto &[id, row] : tasks) {
        if (row.state == TaskState::Running && row.owner == look.node)
            sight.mine.push_back({id, row.owner, row.attempt});
        sight.claimable = sight.claimable || (row.state == TaskState::Queued && row.format <= look.format);
    }
    std::set<NodeId> owners;
    for (const TaskId id : look.watched) {
        const auto found = tasks.find(id);
        if (found == tasks.end())
            sight.watched.push_back({id, 0, TaskState::Queued, false});
        else
            sight.watched.push_back({id, found->second.version, found->second.state, true});
        if (found != tasks.end() && found->second.state == TaskState::Running && found->second.owner != look.node)
            owners.insert(found->second.owner);
    }
    for (const NodeId owner : owners) {
        if (const auto node = nodes.find(owner); node != nodes.end())
            sight.owners.push_back({owner, node->second.progress});
    }
    return sight;
}

Answer Tables::on(const Claim &claim)
{
    Claims claims;
    if (!isAlive(claim.node))
        return claims;
    std::vector<std::pair<std::uint64_t, TaskId>> queued;
    for (const auto &[id, row] : tasks) {
        if (row.state == TaskState::Queued && row.format <= claim.format)
            queued.emplace_back(row.seq, id);
    }
    std::ranges::sort(queued);
    for (const auto &[seq, id] : queued) {
        if (int(claims.tasks.size()) == claim.most)
            break;
        TaskRow &row = tasks.at(id);
        row.owner = claim.node;
        ++row.attempt;
        row.startedAt = now;
        change(row, TaskState::Running);
        claims.tasks.push_back({{id, claim.node, row.attempt}, row.payload, {}});
        if (const auto kept = results.find(row.payload); kept != results.end())
            claims.tasks.back().kept = kept->second;
    }
    return claims;
}

Answer Tables::on(const End &end)
{
    TaskRow *row = present(end.attempt);
    if (!row)
        return Rows{0};
    row->result = end.result;
    change(*row, end.state);
    return Rows{1};
}

Answer Tables::on(const GiveBack &giveBack)
{
    TaskRow *row = present(giveBack.attempt);
    if (!row)
        return Rows{0};
    putBack(*row, giveBack.death);
    return Rows{1};
}

Answer Tables::on(const KeepResult &keep)
{
    const auto task = tasks.find(keep.task);
    if (task == tasks.end())
        return Rows{0};
    return Rows{results.emplace(task->second.payload, keep.result).second ? 1 : 0};
}

Answer Tables::on(const Survey &survey)
{
    Suspects suspects;
    for (const auto &[id, row] : nodes) {
        if (row.state != NodeState::Alive)
            continue;
        if (id == survey.node) {
            suspects.ownBeat = row.beat;
            continue;
        }
        const std::int64_t age = now - row.seenAt;
        const std::int64_t most = microseconds(std::max(row.suspectAfter, survey.suspectAfter));
        Suspect suspect{id, row.beat, row.seenAt, row.heartbeat, Milliseconds(age / 1000), false, {}};
        suspect.looksDead = age > most || -age > microseconds(row.heartbeat);
        if (row.process.bootId == survey.bootId && row.process.pidNamespace == survey.pidNamespace)
            suspect.neighbour = row.process;
        if (suspect.looksDead || suspect.neighbour)
            suspects.nodes.push_back(suspect);
    }
    return suspects;
}

Answer Tables::on(const MarkDead &dead)
{
    const auto found = nodes.find(dead.node);
    if (found == nodes.end() || found->second.state != NodeState::Alive || found->second.beat != dead.beat
        || found->second.seenAt != dead.seenAt)
        return Rows{0};
    found->second.state = NodeState::Dead;
    return Rows{1};
}

Answer Tables::on(const Sweep &sweep)
{
    if (sweep.pause > Milliseconds(0)) {
        if (sweptAt >= now - microseconds(sweep.pause) && sweptAt <= now)
            return Rows{0};
        sweptAt = now;
    }
    int lost = 0;
    int due = 0;
    for (auto &[id, row] : tasks) {
        if (row.state == TaskState::Running && !isAlive(row.owner) && lost < settings.swept) {
            const auto owner = nodes.find(row.owner);
            putBack(row, owner != nodes.end() && owner->second.state == NodeState::Dead);
            ++lost;
        } else if (row.state == TaskState::Held && row.dueAt <= now && due < settings.swept) {
            change(row, TaskState::Queued);
            ++due;
        }
    }
    return Rows{lost + due};
}

Answer Tables::on(const Leave &leave)
{
    if (!isAlive(leave.node))
        return Rows{0};
    nodes.at(leave.node).state = NodeState::Left;
    return Rows{1};
}

TaskId Tables::accept(TaskId id, const std::string &payload, int format, const std::string &key)
{
    if (key.empty())
        return acceptUnnamed(id, payload, format);
    if (const auto named = keys.find(key); named != keys.end())
        return named->second.payload == payload ? named->second.task : 0;
    const TaskId task = acceptUnnamed(id, payload, format);
    keys.emplace(key, Key{task, payload});
    return task;
}

TaskId Tables::acceptUnnamed(TaskId id, const std::string &payload, int format)
{
    if (tasks.contains(id)) // asked again
        return id;
    for (const auto &[other, row] : tasks) {
        if (row.payload == payload && !isOver(row.state))
            return other;
    }
    TaskRow row;
    row.payload = payload;
    row.format = format;
    row.seq = ++m_seq;
    change(row, TaskState::Queued);
    tasks.emplace(id, row);
    return id;
}

void Tables::cancel(TaskId id)
{
    const auto found = tasks.find(id);
    if (found != tasks.end() && !isOver(found->second.state))
        change(found->second, TaskState::Cancelled);
}

} // namespace openloop::test
