// SPDX-License-Identifier: GPL-3.0-or-later
// What the queue is to those who ask for factors: numbers in, factors out, and the watchers told.
#include "server/jobs/jobs.h"

#include "server/jobs/queue/process.h"
#include "server/jobs/queue/upkeep.h"
#include "server/store/sql_connection.h"
#include "server/store/when_done.h"

#include <QCoroFuture>
#include <QLoggingCategory>
#include <QRandomGenerator>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop {

using http::Failure;
using queue::Node;
using queue::TaskId;

namespace {

Q_LOGGING_CATEGORY(log, "openloop.jobs")

constexpr int mostUnfinished = 10'000;
constexpr auto readingPatience = 1s; // of who waits for another one's reading
constexpr auto fleetInterval = 10s;

Failure noSuchJob(const QString &id)
{
    return {404, u"there is no job %1"_s.arg(id.left(64))};
}

// Of what is done again soon; why the database can't be used is said once, by the store.
void logUnlessUnavailable(const Failure &failure)
{
    if (failure.status() != 503)
        qCDebug(log, "%s", qUtf8Printable(failure.detail()));
}

Node::Settings nodeSettings(const Jobs::Settings &settings, int poolThreads)
{
    Node::Settings node;
    node.name = settings.nodeName.toStdString();
    node.process = queue::thisProcess();
    node.version = OPENLOOP_VERSION;
    node.heartbeat = settings.heartbeat;
    node.suspectAfter = settings.suspectAfter;
    node.threads = settings.runs ? std::max(1, poolThreads / 2) : 0;
    node.seed = QRandomGenerator::system()->generate64();
    return node;
}

} // namespace

/// What this process knows of a job that somebody watches here.
struct Jobs::Watched {
    Watched(Jobs &owner, TaskId task) : jobs(owner), id(task) { jobs.m_member.watch(id); }
    ~Watched()
    {
        jobs.m_member.unwatch(id);
        jobs.m_watched.erase(id);
    }
    Q_DISABLE_COPY_MOVE(Watched)

    bool isFresh() const { return job && readAt == announced; }

    Jobs &jobs;
    const TaskId id;
    quint64 announced = 1; ///< counts
    quint64 askedAt = 0; ///< what was announced when the last read began
    quint64 readAt = 0; ///< when the last one began that was answered
    std::optional<Job> job; ///< as it was read then
    std::optional<Failure> failure; ///< of the last read
    bool reading = false;
    AsyncEvent changed; ///< one of the above
};

Jobs::Jobs(Store &store, Factorizer &factorizer, Settings settings)
    : m_store(store), m_factorizer(factorizer), m_settings(std::move(settings)),
      m_tables(m_store, m_settings.heartbeat, m_settings.rules),
      m_notifier(m_store, m_settings.mostHinting,
                 {[this] { return m_member.idleThreads() > 0; }, [this](TaskId id) { return m_member.knows(id); },
                  [this] { m_member.hint(); }}),
      m_member(m_tables, nodeSettings(m_settings, m_factorizer.threads()),
               {[this](queue::Attempt attempt, std::string payload, std::stop_token stop) {
                    return compute(attempt, std::move(payload), stop);
                },
                [this](const queue::Seen &seen) { onSeen(seen); }, [this](TaskId id) { announce(id); },
                [this](TaskId id) { m_notifier.tellEnd(id); }, [this] { return textOf(progressHere()); },
                [this](const std::vector<queue::Said> &owners) { onSaid(owners); },
                [this](const queue::Attempt &attempt) { return ignoredFor(attempt); }})
{
}

Jobs::~Jobs()
{
    stop();
}

void Jobs::start()
{
    m_member.start();
    m_forgetting.callOnTimeout([this] { forget(false); });
    m_forgetting.start(queue::Keeping().pause);
    m_fleetReading.callOnTimeout([this] { readFleet(); });
    m_fleetReading.start(fleetInterval);
    readFleet();
}

// Nobody waits for it: what fails now is done in the next round.
void Jobs::forget(bool more)
{
    QFuture<bool> left = m_store.change([more](SqlConnection &sql) {
        queue::vacuum(sql);
        return queue::forget(sql, more);
    });
    whenDone<Failure>(
        &m_forgetting, left,
        [this](bool again) {
            if (again && !isStopping())
                forget(true);
        },
        logUnlessUnavailable);
}

// Half as old at most, so that a server that is alone shows them no older than it reads them.
void Jobs::readFleet()
{
    whenDone<Failure>(
        &m_fleetReading, m_store.change([](SqlConnection &sql) { return fleetStats(sql, fleetInterval / 2); }),
        [this](const FleetStats &fleet) {
            m_fleet = fleet;
            m_fleetRead.start();
            m_notifier.setLiving(fleet.nodesAlive);
        },
        logUnlessUnavailable);
}

void Jobs::stop()
{
    m_stop.request_stop();
    m_forgetting.stop();
    m_fleetReading.stop();
    m_member.stop();
    const auto watched = m_watched; // a watcher may leave, and take its own out
    for (const auto &[id, job] : watched)
        announce(id);
}

QCoro::Task<Job> Jobs::accept(mpz_class n, QString idempotencyKey)
{
    queue::Request request;
    request.id = QRandomGenerator::global()->generate64();
    request.kind = jobKind;
    request.payload = payloadOf(n);
    request.key = idempotencyKey.toStdString();
    const auto store = [request, this](SqlConnection &sql) mutable {
        request.mayBeNew = unfinishedJobs(sql) < mostUnfinished;
        const queue::Accepted accepted = m_tables.accept(sql, request);
        if (accepted == queue::Accepted(queue::Refusal::OtherPayload))
            throw Failure::unprocessable(u"Idempotency-Key"_s, u"was used for another n"_s);
        if (accepted == queue::Accepted(queue::Refusal::NoRoom))
            throw Failure::unavailable(u"%1 jobs wait already"_s.arg(mostUnfinished), 60s);
        const TaskId task = std::get<TaskId>(accepted);
        const auto job = selectJob(sql, task);
        if (!job)
            throw noSuchJob(idText(task)); // which its key names: somebody has deleted the row
        return *job;
    };
    const QFuture<Job> stored = m_store.change(store);
    const Job accepted = co_await stored;
    if (!m_member.takesWork())
        m_notifier.tellWork();
    m_member.accepted();
    co_return accepted;
}

QCoro::Task<Job> Jobs::find(QString id, std::stop_token stop)
{
    const auto task = idOf(id);
    if (!task)
        throw noSuchJob(id);
    const auto select = [task](SqlConnection &sql) { return selectJob(sql, *task); };
    const QFuture<std::optional<Job>> found = m_store.read(select, std::move(stop));
    const std::optional<Job> job = co_await found;
    if (!job)
        throw noSuchJob(id);
    co_return *job;
}

QCoro::Task<QList<Job>> Jobs::list(JobFilter filter, std::stop_token stop)
{
    const auto select = [filter](SqlConnection &sql) { return selectJobs(sql, filter); };
    const QFuture<QList<Job>> found = m_store.read(select, std::move(stop));
    co_return co_await found;
}

QCoro::Task<QList<FleetNode>> Jobs::nodes(std::stop_token stop)
{
    const QFuture<QList<FleetNode>> found = m_store.read(selectNodes, std::move(stop));
    QList<FleetNode> nodes = co_await found;
    const auto self = std::ranges::find(nodes, m_member.id(), &FleetNode::id);
    if (self != nodes.end()) {
        const QList<JobProgress> here = progressHere();
        for (JobProgress &job : self->jobs)
            job.progress = progressOf(here, job.task, job.attempt).value_or(job.progress);
    }
    co_return nodes;
}

// Who computes it finds out by a look: here at once, elsewhere by a hint, or within a second.
QCoro::Task<void> Jobs::cancel(QString id)
{
    const auto task = idOf(id);
    if (!task)
        throw noSuchJob(id);
    const auto change = [task, this](SqlConnection &sql) {
        return m_tables.cancel(sql, *task).changed > 0 || jobIsStored(sql, *task);
    };
    const QFuture<bool> changed = m_store.change(change);
    const bool exists = co_await changed;
    if (!exists)
        throw noSuchJob(id);
    m_member.hint();
    m_notifier.tellEnd(*task);
    announce(*task);
}

void Jobs::onSeen(const queue::Seen &seen)
{
    const auto found = m_watched.find(seen.task);
    if (found == m_watched.end())
        return;
    const auto watched = found->second.lock();
    const bool isKnown = watched && watched->isFresh() && seen.exists && watched->job->version == seen.version;
    if (!isKnown)
        announce(seen.task);
}

// Nobody is told: whoever watches shows how far it is twice a second anyway.
void Jobs::onSaid(const std::vector<queue::Said> &owners)
{
    for (const queue::Said &owner : owners) {
        for (const JobProgress &said : progressIn(owner.progress)) {
            const auto found = m_watched.find(said.task);
            const auto watched = found == m_watched.end() ? nullptr : found->second.lock();
            if (watched && watched->job && watched->job->owner == owner.node && watched->job->attempt == said.attempt)
                watched->job->told = said.progress;
        }
    }
}

void Jobs::announce(TaskId id)
{
    const auto found = m_watched.find(id);
    if (found == m_watched.end())
        return;
    if (const auto watched = found->second.lock()) {
        ++watched->announced;
        watched->changed.notifyAll();
    }
}

std::shared_ptr<Jobs::Watched> Jobs::watched(TaskId id)
{
    const auto found = m_watched.find(id);
    if (auto known = found == m_watched.end() ? nullptr : found->second.lock())
        return known;
    auto watched = std::make_shared<Watched>(*this, id);
    m_watched.insert_or_assign(id, watched);
    return watched;
}

Jobs::Watch::Watch(Jobs &jobs, QString id, std::optional<Job> known)
    : m_jobs(jobs), m_id(std::move(id)), m_watched([this] {
          const auto task = idOf(m_id);
          return task ? m_jobs.watched(*task) : nullptr;
      }())
{
    if (known && m_watched && !m_watched->job)
        m_watched->job = std::move(known);
}

// For all who watch it, and so not for as long as one of them stays. A look that saw an end that a failover took back
// since looks no more.
QCoro::Task<void> Jobs::read(std::shared_ptr<Watched> watched, QString id)
{
    watched->reading = true;
    watched->askedAt = watched->announced; // what is announced from here on may be younger than what is read
    watched->failure.reset();
    try {
        watched->job = co_await find(id, {});
        watched->readAt = watched->askedAt;
        if (!watched->job->isOver())
            m_member.watch(watched->id);
    } catch (const Failure &failure) {
        watched->failure = failure;
    }
    watched->reading = false;
    watched->changed.notifyAll();
}

// Level-triggered: whoever waits for another one's reading looks whether it is over, however it was woken; what was
// announced while that read was under way ends the wait for the next one.
QCoro::Task<Job> Jobs::Watch::read(std::stop_token stop)
{
    if (!m_watched)
        throw noSuchJob(m_id);
    if (stop.stop_requested())
        throw Failure::clientLeft(); // whoever goes on reading what is known never lets the loop turn
    const std::shared_ptr<Watched> shared = m_watched;
    if (!shared->reading && !shared->isFresh())
        co_await m_jobs.read(shared, m_id);
    while (shared->reading) {
        if (stop.stop_requested())
            throw Failure::clientLeft();
        co_await shared->changed.wait(readingPatience, stop);
    }
    m_seen = shared->askedAt;
    if (shared->failure && !(shared->job && isPassing(*shared->failure)))
        throw Failure(*shared->failure);
    co_await suspended();
    const Job job = *shared->job;
    co_return job;
}

// Level-triggered: between the comparison and the registration with the event nothing else runs, and who is woken by
// the timer in the turn in which the event notifies reads all the same.
QCoro::Task<void> Jobs::Watch::next(std::chrono::milliseconds atMost, std::stop_token stop)
{
    if (m_watched && m_watched->announced == m_seen)
        co_await m_watched->changed.wait(atMost, std::move(stop));
    co_await suspended();
}

QCoro::Task<void> Jobs::Watch::suspended()
{
    if (m_jobs.m_interruption)
        co_await m_jobs.m_interruption();
}

bool Jobs::isPassing(const Failure &failure)
{
    return failure.status() == 503 || failure.status() == 504;
}

} // namespace openloop
