// SPDX-License-Identifier: GPL-3.0-or-later
// Factorizations that outlive their request: accepted means stored, and computed by whichever server has room.
#pragma once

#include "server/jobs/fleet.h"
#include "server/jobs/hints/notifier.h"
#include "server/jobs/job_table.h"
#include "server/jobs/queue/member.h"

#include <QElapsedTimer>

namespace openloop {

/// Works on stored jobs, oldest first, with at most half of the pool's threads (at least one) and whatever else is
/// idle, so that jobs of hours leave room for requests. Lives on the thread of the event loop; destroying it gives
/// unfinished jobs back.
class Jobs
{
public:
    struct Settings {
        bool runs = true; ///< false: takes jobs, and leaves them to other servers
        std::chrono::milliseconds heartbeat{5000};
        std::chrono::milliseconds suspectAfter{30'000};
        QString nodeName; ///< a label
        int mostHinting = 0; ///< see hints::Notifier
        queue::Rules rules; ///< tests hold jobs for less time
    };

    /// Throws StartFailure.
    Jobs(Store &store, Factorizer &factorizer, Settings settings);
    ~Jobs();
    Q_DISABLE_COPY_MOVE(Jobs)

    /// Joins those who work on the same database, and takes up what an earlier run left.
    void start();

    /// The job that will factor n: a new one, stored durably, or the unfinished one for the same n, or the one that the
    /// key named before. key: of the client's choice, may be empty. Throws http::Failure: 422 the key named another n;
    /// 503 too many wait; else as Store.
    QCoro::Task<Job> accept(mpz_class n, QString idempotencyKey);

    // Reading and changing; 404 if there is no such job, else as Store.
    QCoro::Task<Job> find(QString id, std::stop_token stop);
    QCoro::Task<QList<Job>> list(JobFilter filter, std::stop_token stop);
    QCoro::Task<void> cancel(QString id);

    /// Who shares the database, and which of them this one is.
    QCoro::Task<QList<FleetNode>> nodes(std::stop_token stop);
    queue::NodeId nodeId() const { return m_member.id(); }

    class Watch;

    /// Whether nobody knows better now, and the next read may: the database is away, or too slow.
    static bool isPassing(const http::Failure &failure);

    /// As of ten seconds ago or so; nothing before they were read.
    const std::optional<FleetStats> &fleet() const { return m_fleet; }
    /// How old these are.
    std::chrono::milliseconds fleetAge() const { return std::chrono::milliseconds(m_fleetRead.elapsed()); }
    /// Of this server.
    const queue::Figures &figures() const { return m_member.figures(); }
    std::optional<std::chrono::milliseconds> beatLag() const { return m_member.beatLag(); }
    /// Whether the others can be expected to know that this one lives; before the first beat they need not.
    bool isHeard() const { return beatLag().value_or(std::chrono::milliseconds(0)) <= 2 * m_settings.heartbeat; }

    /// How far it is, for people: at another server as of its last beat.
    Factorizer::Progress progress(const Job &job) const;

    /// Awaited after each suspension of a watcher, if set: a test drives a change into that very moment.
    void setInterruption(std::function<QCoro::Task<void>()> interruption) { m_interruption = std::move(interruption); }

    /// Gives running jobs back and starts none any more. `isIdle()` tells when that is done.
    void stop();
    bool isStopping() const { return m_stop.stop_requested(); }
    bool isIdle() const { return m_member.isIdle(); }

    /// Whether other servers tell this one at once of what changes.
    bool hasHints() const { return m_notifier.isOn(); }

private:
    struct Watched;

    QCoro::Task<std::optional<queue::Member::Ended>> compute(queue::Attempt attempt, std::string payload,
                                                             std::stop_token stop);
    queue::Milliseconds ignoredFor(const queue::Attempt &attempt) const;
    QList<JobProgress> progressHere() const;
    void forget(bool more);
    void readFleet();
    void onSeen(const queue::Seen &seen);
    void onSaid(const std::vector<queue::Said> &owners);
    void announce(queue::TaskId id);
    std::shared_ptr<Watched> watched(queue::TaskId id);
    QCoro::Task<void> read(std::shared_ptr<Watched> watched, QString id);

    Store &m_store;
    Factorizer &m_factorizer;
    const Settings m_settings;
    std::stop_source m_stop;
    std::map<queue::TaskId, std::weak_ptr<Watched>> m_watched;
    std::multimap<queue::Attempt, mpz_class> m_computed; ///< here, now
    AsyncEvent m_pause; ///< never happens
    QTimer m_forgetting;
    QTimer m_fleetReading;
    QElapsedTimer m_fleetRead;
    std::optional<FleetStats> m_fleet;
    std::function<QCoro::Task<void>()> m_interruption;
    queue::QueueTables m_tables;
    hints::Notifier m_notifier;
    queue::Member m_member; ///< last: it calls back until it is gone
};

/// Follows one job by levels, not by edges: every look compares the version that was read with the one that is stored,
/// and what is announced in between is only a hint. All who watch one job share one reading of it. The thread of the
/// event loop; the jobs outlive it.
class Jobs::Watch
{
public:
    /// known: the job as it was read before, if it was.
    Watch(Jobs &jobs, QString id, std::optional<Job> known = {});
    ~Watch() = default;
    Q_DISABLE_COPY_MOVE(Watch)

    /// The job as it was stored at the last look, or later. Throws as Jobs::find does; but once it was read, a database
    /// that is away leaves it as it was.
    QCoro::Task<Job> read(std::stop_token stop);

    /// Returns when there may be news since the last read began, or when `atMost` has passed.
    QCoro::Task<void> next(std::chrono::milliseconds atMost, std::stop_token stop);

    /// To be awaited after each suspension of the watcher that is not one of the above; see setInterruption.
    QCoro::Task<void> suspended();

private:
    Jobs &m_jobs;
    const QString m_id;
    const std::shared_ptr<Watched> m_watched; ///< none: the id is none
    quint64 m_seen = 0; ///< what was announced when the last read began
};

} // namespace openloop
