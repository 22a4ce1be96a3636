// SPDX-License-Identifier: GPL-3.0-or-later
// Factorizations that outlive their request: accepted means stored; a restart takes them up again.
#pragma once

#include "server/factorizer.h"
#include "server/job_table.h"

namespace openloop {

/// Works on stored jobs, oldest first, with at most half of the pool's threads (at least one) and whatever else is
/// idle, so that jobs of hours leave room for requests. Lives on the thread of the event loop; destroying it puts
/// unfinished jobs back.
class Jobs
{
public:
    /// How far a running job is.
    struct Progress {
        QString phase; ///< "sieving", ...; empty: not begun
        double fraction = 0; ///< of the whole, 0..1
        std::optional<std::chrono::duration<double>> timeLeft;
    };

    Jobs(Store &store, Cpu &cpu, Factorizer &factorizer);
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

    /// Waits for the job's next change of state, at most so long. False: none yet.
    QCoro::Task<bool> changed(QString id, std::chrono::milliseconds atMost, std::stop_token stop);

    Progress progress(const Job &job) const;

    /// Puts running jobs back and starts none any more. `isIdle()` and `idle()` tell when that is done.
    void stop();
    bool isStopping() const { return m_stop.stop_requested(); }
    bool isIdle() const { return m_runners == 0; }
    http::Bell &idle() { return m_idle; }

private:
    struct Outcome;

    void start();
    QCoro::Task<void> run();
    QCoro::Task<void> process(Job job);
    QCoro::Task<Outcome> compute(Job job, std::stop_token stop);
    QCoro::Task<void> record(Job job, Outcome outcome);
    void announce(const QString &id);

    Store &m_store;
    Cpu &m_cpu;
    Factorizer &m_factorizer;
    std::stop_source m_stop;
    std::map<QString, std::stop_source> m_running; ///< by id
    std::map<QString, std::weak_ptr<http::Bell>> m_watched; ///< by id
    std::list<QCoro::Task<void>> m_tasks; ///< the runners
    int m_runners = 0;
    bool m_news = false; ///< a job was accepted since a runner last looked
    http::Bell m_idle;
};

} // namespace openloop
