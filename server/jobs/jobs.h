// SPDX-License-Identifier: GPL-3.0-or-later
// Factorizations that outlive their request: accepted means stored; a restart takes them up again.
#pragma once

#include "server/compute/factoring/factorizer.h"
#include "server/jobs/job_table.h"

#include <QTimer>

namespace openloop {

/// Works on stored jobs, oldest first, with at most half of the pool's threads (at least one) and whatever else is
/// idle, so that jobs of hours leave room for requests. Lives on the thread of the event loop; destroying it puts
/// unfinished jobs back.
class Jobs
{
public:
    Jobs(Store &store, Factorizer &factorizer);
    ~Jobs();
    Q_DISABLE_COPY_MOVE(Jobs)

    /// Takes up what an earlier run left; before the first request. Waits for the database. Throws StartFailure.
    void resume();

    /// The job that will factor n: a new one, stored durably, or one that serves as well; see acceptJob.
    QCoro::Task<Job> accept(mpz_class n, QString idempotencyKey);

    // Reading and changing; 404 if there is no such job, else as Store.
    QCoro::Task<Job> find(QString id, std::stop_token stop);
    QCoro::Task<QList<Job>> list(JobFilter filter, std::stop_token stop);
    QCoro::Task<void> cancel(QString id);

    class Watch;

    /// How far it is, for people.
    Factorizer::Progress progress(const Job &job) const;

    /// Awaited after each suspension of a watcher, if set: a test drives a change into that very moment.
    void setInterruption(std::function<QCoro::Task<void>()> interruption) { m_interruption = std::move(interruption); }

    /// Puts running jobs back and starts none any more. `isIdle()` tells when that is done.
    void stop();
    bool isStopping() const { return m_stop.stop_requested(); }
    bool isIdle() const { return m_runners == 0 && !m_looking; }

private:
    struct Outcome;

    /// What this process announced of one job, shared by all who watch it.
    struct Announced {
        quint64 version = 0; ///< counts
        AsyncEvent changed;
    };

    void start();
    void follow(QCoro::Task<void> task);
    QCoro::Task<void> look();
    QCoro::Task<void> run();
    QCoro::Task<void> process(Job job);
    QCoro::Task<Outcome> compute(Job job, std::stop_token stop);
    QCoro::Task<void> record(Job job, Outcome outcome);
    void announce(const QString &id);

    Store &m_store;
    Factorizer &m_factorizer;
    std::stop_source m_stop;
    std::map<QString, std::stop_source> m_running; ///< by id
    std::map<QString, std::weak_ptr<Announced>> m_watched; ///< by id
    std::list<QCoro::Task<void>> m_tasks; ///< the runners, and a look
    int m_runners = 0;
    bool m_looking = false;
    QTimer m_nextLook;
    bool m_news = false; ///< a job was accepted since a runner last looked
    AsyncEvent m_idle;
    std::function<QCoro::Task<void>()> m_interruption;
};

/// Follows one job by levels, not by edges: what is announced from construction on is never missed, whether it comes
/// before, within or after a read or a wait. What is announced is only a hint: whoever watches reads again after every
/// next(), its time run out or not. The thread of the event loop; the jobs outlive it.
class Jobs::Watch
{
public:
    /// known: the job as it was read before, if it was.
    Watch(Jobs &jobs, QString id, std::optional<Job> known = {});
    ~Watch();
    Q_DISABLE_COPY_MOVE(Watch)

    /// The job as it is stored now. Throws as Jobs::find does; but once it was read, a database that is away leaves it
    /// as it was.
    QCoro::Task<Job> read(std::stop_token stop);

    /// Returns when there may be news since the last read began, or when `atMost` has passed.
    QCoro::Task<void> next(std::chrono::milliseconds atMost, std::stop_token stop);

    /// To be awaited after each suspension of the watcher that is not one of the above; see setInterruption.
    QCoro::Task<void> suspended();

private:
    Jobs &m_jobs;
    const QString m_id;
    const std::shared_ptr<Announced> m_announced;
    quint64 m_seen = 0; ///< the version announced when the last read began
    std::optional<Job> m_last;
};

} // namespace openloop
