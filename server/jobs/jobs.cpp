// SPDX-License-Identifier: GPL-3.0-or-later
// Runners take rows, compute them and write what came of it; a look each second makes up for what nobody told.
#include "server/jobs/jobs.h"

#include "common/start_failure.h"
#include "server/http/message/response.h"
#include "server/loop/wait_at_most.h"

#include <QCoroFuture>
#include <QDateTime>
#include <QLoggingCategory>
#include <QTimer>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop {

using http::Failure;

namespace {

Q_LOGGING_CATEGORY(log, "openloop.jobs")

constexpr auto longestJob = 24h;
constexpr auto retryPause = 1s; // when the database is away
constexpr auto lookInterval = 1s;
constexpr auto longestFarewell = 10s;

qint64 now()
{
    return QDateTime::currentMSecsSinceEpoch();
}

// Nobody knows better now: the next read may.
bool isAway(const Failure &failure)
{
    return failure.status() == 503 || failure.status() == 504;
}

} // namespace

struct Jobs::Outcome {
    std::optional<Factors> factors;
    QString detail; ///< why there are none
};

Jobs::Jobs(Store &store, Factorizer &factorizer) : m_store(store), m_factorizer(factorizer) { }

Jobs::~Jobs()
{
    stop();
    if (!waitAtMost(longestFarewell, [this] { return isIdle(); }))
        qCCritical(log, "%d jobs did not end when told to stop", m_runners);
}

void Jobs::resume()
{
    try {
        QFuture<void> recovered = m_store.write([at = now()](SqlConnection &sql) { recoverJobs(sql, at); });
        recovered.waitForFinished();
    } catch (const Failure &failure) {
        throw StartFailure(u"the jobs of the last run can't be read: "_s + failure.detail());
    }
    const auto lookAgain = [this] {
        if (!m_looking && !isStopping() && m_store.ready())
            follow(look());
    };
    QObject::connect(&m_nextLook, &QTimer::timeout, &m_nextLook, lookAgain);
    m_nextLook.start(lookInterval);
    start();
}

void Jobs::stop()
{
    m_stop.request_stop();
    m_nextLook.stop();
    const auto running = m_running; // a stop may end one, and take it out
    for (const auto &[id, source] : running)
        std::stop_source(source).request_stop();
    const auto watched = m_watched; // a watcher may leave, and take its own out
    for (const auto &[id, announced] : watched)
        announce(id);
}

QCoro::Task<Job> Jobs::accept(mpz_class n, QString idempotencyKey)
{
    Job job;
    job.id = QString::fromLatin1(http::newRequestId());
    job.n = std::move(n);
    job.createdAt = now();
    const auto store = [job, idempotencyKey](SqlConnection &sql) { return acceptJob(sql, job, idempotencyKey); };
    const QFuture<Job> stored = m_store.write(store);
    const Job accepted = co_await stored;
    start();
    co_return accepted;
}

QCoro::Task<Job> Jobs::find(QString id, std::stop_token stop)
{
    const auto select = [id](SqlConnection &sql) { return selectJob(sql, id); };
    const QFuture<std::optional<Job>> found = m_store.read(select, std::move(stop));
    const std::optional<Job> job = co_await found;
    if (!job)
        throw Failure(404, u"there is no job %1"_s.arg(id.left(64)));
    co_return *job;
}

QCoro::Task<QList<Job>> Jobs::list(JobFilter filter, std::stop_token stop)
{
    const auto select = [filter](SqlConnection &sql) { return selectJobs(sql, filter); };
    const QFuture<QList<Job>> found = m_store.read(select, std::move(stop));
    co_return co_await found;
}

QCoro::Task<void> Jobs::cancel(QString id)
{
    const auto change = [id, at = now()](SqlConnection &sql) { return cancelJob(sql, id, at); };
    const QFuture<std::optional<Job>> changed = m_store.write(change);
    const std::optional<Job> job = co_await changed;
    if (!job)
        throw Failure(404, u"there is no job %1"_s.arg(id.left(64)));
    if (const auto running = m_running.find(id); running != m_running.end())
        running->second.request_stop();
    announce(id);
}

void Jobs::announce(const QString &id)
{
    const auto found = m_watched.find(id);
    if (found == m_watched.end())
        return;
    if (const auto watched = found->second.lock()) {
        ++watched->version;
        watched->changed.notifyAll();
    }
}

Jobs::Watch::Watch(Jobs &jobs, QString id, std::optional<Job> known)
    : m_jobs(jobs), m_id(std::move(id)), m_announced([this] {
          std::weak_ptr<Announced> &watched = m_jobs.m_watched[m_id];
          const auto shared = watched.lock();
          const auto announced = shared ? shared : std::make_shared<Announced>();
          watched = announced;
          return announced;
      }()),
      m_last(std::move(known))
{
}

Jobs::Watch::~Watch()
{
    if (m_announced.use_count() == 1)
        m_jobs.m_watched.erase(m_id);
}

QCoro::Task<Job> Jobs::Watch::read(std::stop_token stop)
{
    m_seen = m_announced->version; // what is announced from here on may be younger than what is read
    try {
        m_last = co_await m_jobs.find(m_id, stop);
    } catch (const Failure &failure) {
        if (!m_last || !isAway(failure))
            throw;
    }
    co_await suspended();
    const Job job = *m_last;
    co_return job;
}

// Level-triggered: between the comparison and the registration with the event nothing else runs, and who is woken by
// the timer in the turn in which the event notifies reads all the same.
QCoro::Task<void> Jobs::Watch::next(std::chrono::milliseconds atMost, std::stop_token stop)
{
    if (m_announced->version == m_seen)
        co_await m_announced->changed.wait(atMost, std::move(stop));
    co_await suspended();
}

QCoro::Task<void> Jobs::Watch::suspended()
{
    if (m_jobs.m_interruption)
        co_await m_jobs.m_interruption();
}

Factorizer::Progress Jobs::progress(const Job &job) const
{
    if (job.state == JobState::Done)
        return {{}, 1, {}};
    if (job.state != JobState::Running)
        return {};
    return m_factorizer.progress(job.n).value_or(Factorizer::Progress());
}

void Jobs::start()
{
    m_news = true;
    while (!isStopping() && m_runners < std::max(1, m_factorizer.threads() / 2)) {
        ++m_runners;
        follow(run());
    }
}

void Jobs::follow(QCoro::Task<void> task)
{
    std::erase_if(m_tasks, [](const QCoro::Task<void> &earlier) { return earlier.isReady(); });
    m_tasks.push_back(std::move(task));
}

// What is done by whoever changes a job is only the fast way: a write that was answered 503 or 504 may have been done,
// and somebody else may have changed the row. Every second the rows themselves are looked at.
QCoro::Task<void> Jobs::look()
{
    m_looking = true;
    QStringList mine;
    for (const auto &[id, source] : m_running)
        mine.append(id);
    std::optional<Unfinished> unfinished;
    try {
        const QFuture<Unfinished> seen = m_store.read(selectUnfinished, m_stop.get_token());
        unfinished = co_await seen;
    } catch (const Failure &) {
        // The next look may see more.
    }
    m_looking = false;
    if (!unfinished)
        co_return;
    for (const QString &id : mine) {
        const auto running = m_running.find(id);
        if (running == m_running.end() || unfinished->running.contains(id))
            continue;
        running->second.request_stop(); // it was running before the look was sent, and is no longer
        announce(id);
    }
    if (unfinished->anyQueued)
        start();
}

// One of the runners: works on jobs as long as there are any.
QCoro::Task<void> Jobs::run()
{
    while (!isStopping()) {
        bool databaseIsAway = false;
        std::optional<Job> job;
        m_news = false;
        try {
            const QFuture<std::optional<Job>> taken =
                m_store.write([at = now()](SqlConnection &sql) { return takeJob(sql, at); });
            job = co_await taken;
        } catch (const Failure &) {
            databaseIsAway = true;
        }
        if (job)
            co_await process(*job);
        else if (databaseIsAway)
            co_await m_idle.wait(retryPause, m_stop.get_token()); // a pause: the database is asked again
        else if (!m_news)
            break;
    }
    if (--m_runners == 0)
        m_idle.notifyAll();
}

QCoro::Task<void> Jobs::process(Job job)
{
    announce(job.id);
    std::stop_source stop;
    m_running.insert_or_assign(job.id, stop);
    if (isStopping())
        stop.request_stop();
    const Outcome outcome = co_await compute(job, stop.get_token());
    const bool isNoLongerMine = !outcome.factors && stop.stop_requested() && !isStopping();
    if (!isNoLongerMine)
        co_await record(job, outcome);
    m_running.erase(job.id);
    announce(job.id);
}

QCoro::Task<Jobs::Outcome> Jobs::compute(Job job, std::stop_token stop)
{
    const FactoringPool::Ask ask{u"jobs"_s, longestJob, stop, nullptr, true};
    for (;;) {
        Outcome outcome;
        bool refused = false; // together with somebody who waited for the same number
        try {
            outcome.factors = co_await m_factorizer.factors(job.n, ask);
        } catch (const Failure &failure) {
            outcome.detail = failure.detail();
            refused = failure.status() == 503;
        } catch (const std::exception &error) {
            qCCritical(log, "job %s: %s", qUtf8Printable(job.id), error.what());
            outcome.detail = u"an internal error"_s;
        }
        if (!refused || stop.stop_requested())
            co_return outcome;
        co_await m_idle.wait(retryPause, stop); // a pause: the pool is asked again
    }
}

// Durably, however long the database is away; at a stop it is the next start that looks after the job.
QCoro::Task<void> Jobs::record(Job job, Outcome outcome)
{
    const bool putBack = !outcome.factors && isStopping();
    const auto write = [job, outcome, putBack, at = now()](SqlConnection &sql) {
        if (putBack)
            putJobBack(sql, job.id);
        else if (outcome.factors)
            finishJob(sql, job, *outcome.factors, at);
        else
            failJob(sql, job.id, outcome.detail, at);
    };
    for (bool recorded = false; !recorded;) {
        try {
            const QFuture<void> written = m_store.write(write);
            co_await written;
            recorded = true;
        } catch (const Failure &failure) {
            if (isStopping())
                co_return;
            qCWarning(log, "job %s waits to be recorded: %s", qUtf8Printable(job.id), qUtf8Printable(failure.detail()));
        }
        if (!recorded)
            co_await m_idle.wait(retryPause, m_stop.get_token()); // a pause: it is written again
    }
}

} // namespace openloop
