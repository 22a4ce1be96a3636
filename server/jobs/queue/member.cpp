// SPDX-License-Identifier: GPL-3.0-or-later
// Each effect is put aside until the node has returned: what it leads to may call the node again.
#include "server/jobs/queue/member.h"

#include "server/jobs/queue/process.h"
#include "server/loop/wait_at_most.h"

#include <QCoroFuture>
#include <QLoggingCategory>

#include <algorithm>
#include <ctime>

using namespace std::chrono_literals;

namespace openloop::queue {

namespace {

Q_LOGGING_CATEGORY(log, "openloop.queue")

constexpr auto longestFarewell = 12s; // what does not stop is given back after ten
constexpr Milliseconds longestAlarm = 1s; // timers do not run while the machine is suspended, the node's clock does

BootTime bootTime()
{
    timespec time = {};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return std::chrono::duration_cast<BootTime>(std::chrono::seconds(time.tv_sec)
                                                + std::chrono::nanoseconds(time.tv_nsec));
}

} // namespace

Member::Member(QueueTables &tables, Node::Settings settings, Callbacks callbacks)
    : m_tables(tables), m_callbacks(std::move(callbacks)), m_node(std::move(settings), *this)
{
    m_alarm.setSingleShot(true);
    m_alarm.setTimerType(Qt::PreciseTimer);
    m_alarm.callOnTimeout([this] { step([this](BootTime now) { m_node.tick(now); }); });
}

Member::~Member()
{
    stop();
    if (!waitAtMost(longestFarewell, [this] { return isIdle(); }))
        qCCritical(log, "%zu computations did not end when told to stop", m_running.size());
}

void Member::start()
{
    step([this](BootTime now) { m_node.start(now); });
}

void Member::stop()
{
    if (std::exchange(m_stopping, true))
        return;
    step([this](BootTime now) { m_node.stop(now); });
}

// Whoever can't be told finds out by the beats that are missing.
bool Member::isIdle() const
{
    const bool nobodyListens = !m_tables.ready() || m_node.isOverdue(bootTime());
    return m_stopping && m_running.empty() && m_asking == 0 && (m_gone || nobodyListens);
}

std::optional<Milliseconds> Member::beatLag() const
{
    return m_figures.lastBeat ? std::optional(bootTime() - *m_figures.lastBeat) : std::nullopt;
}

void Member::accepted()
{
    step([this](BootTime now) { m_node.accepted(now); });
}

void Member::hint()
{
    step([this](BootTime now) { m_node.hint(now); });
}

bool Member::takesWork() const
{
    return m_node.takesWork(bootTime());
}

template <typename Step>
void Member::step(Step step)
{
    step(bootTime());
    settle();
}

void Member::settle()
{
    if (std::exchange(m_settling, true))
        return;
    while (!m_todo.empty()) {
        const auto next = std::move(m_todo.front());
        m_todo.pop_front();
        next();
    }
    m_settling = false;
    m_alarm.start(std::clamp(m_node.wakeAt() - bootTime(), Milliseconds(0), longestAlarm));
}

void Member::follow(QCoro::Task<void> task)
{
    std::erase_if(m_tasks, [](const QCoro::Task<void> &earlier) { return earlier.isReady(); });
    m_tasks.push_back(std::move(task));
}

void Member::send(Call call, const Statement &statement)
{
    m_todo.emplace_back([this, call, statement] { follow(ask(call, statement)); });
}

// Level-triggered: an answer comes or is lost, within the patience of the connection, and every statement that is not
// answered is sent again by the node.
QCoro::Task<void> Member::ask(Call call, Statement statement)
{
    ++m_asking;
    if (auto *beat = std::get_if<Beat>(&statement))
        beat->progress = m_callbacks.progress();
    const BootTime at = bootTime();
    std::optional<Answer> answer;
    try {
        const QFuture<Answer> sent = m_tables.send(statement);
        answer = co_await sent;
    } catch (const http::Failure &failure) {
        if (failure.status() != 503) // why the database can't be used is said once, by the store
            qCDebug(log, "%s", qUtf8Printable(failure.detail()));
    }
    --m_asking;
    if (answer)
        m_figures.count(statement, *answer, at, bootTime());
    step([&](BootTime now) { answer ? m_node.answered(call, *answer, now) : m_node.lost(call, now); });
    if (answer)
        tellChanges(statement, *answer);
}

void Member::tellChanges(const Statement &statement, const Answer &answer)
{
    if (const auto *claims = std::get_if<Claims>(&answer)) {
        for (const Claimed &claimed : claims->tasks)
            m_callbacks.changed(claimed.attempt.task);
    }
    if (const auto *sight = std::get_if<Sight>(&answer))
        m_callbacks.said(sight->owners);
    if (const auto *end = std::get_if<End>(&statement)) {
        m_callbacks.changed(end->attempt.task);
        m_callbacks.ended(end->attempt.task);
    }
    if (const auto *giveBack = std::get_if<GiveBack>(&statement))
        m_callbacks.changed(giveBack->attempt.task);
}

void Member::start(const Attempt &attempt, const std::string &payload)
{
    const std::stop_source stop;
    m_running.insert_or_assign(attempt, stop);
    m_todo.emplace_back([this, attempt, payload, stop] { follow(compute(attempt, payload, stop.get_token())); });
}

QCoro::Task<void> Member::compute(Attempt attempt, std::string payload, std::stop_token stop)
{
    std::optional<Ended> ended = co_await m_callbacks.compute(attempt, std::move(payload), stop);
    const bool wasWrittenOff = m_running.erase(attempt) == 0;
    step([&](BootTime now) {
        if (wasWrittenOff)
            m_node.threadCameBack(now);
        else if (ended)
            m_node.ended(attempt, ended->state, std::move(ended->result), now);
        else
            m_node.stopped(attempt, now);
    });
}

void Member::stop(const Attempt &attempt)
{
    m_todo.emplace_back([this, attempt] {
        if (const auto running = m_running.find(attempt); running != m_running.end())
            std::stop_source(running->second).request_stop(); // which may end it, and take it out
    });
}

Milliseconds Member::ignoredFor(const Attempt &attempt) const
{
    return m_callbacks.ignoredFor(attempt);
}

void Member::writeOff(const Attempt &attempt)
{
    qCCritical(log, "task %016llx did not stop: its thread is given up until it does",
               static_cast<unsigned long long>(attempt.task));
    m_running.erase(attempt);
}

void Member::tell(const Seen &seen)
{
    m_todo.emplace_back([this, seen] { m_callbacks.seen(seen); });
}

void Member::probe(const Suspect &node)
{
    m_todo.emplace_back([this, node] {
        const bool ended = hasEnded(*node.neighbour);
        step([&](BootTime now) { m_node.probed(node, ended, now); });
    });
}

void Member::reconnect()
{
    m_todo.emplace_back([this] { m_tables.reconnect(); });
}

void Member::gone()
{
    m_gone = true;
}

} // namespace openloop::queue
