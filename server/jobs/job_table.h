// SPDX-License-Identifier: GPL-3.0-or-later
// Factorizations that outlive their request, as rows: every change of a state is one of these functions.
#pragma once

#include "server/compute/factoring/results.h"

#include <QList>
#include <QSet>
#include <QString>

#include <optional>

namespace openloop {

enum class JobState { Queued, Running, Done, Failed, Cancelled };

/// "queued", "running", ...
QString stateName(JobState state);
std::optional<JobState> stateOf(const QString &name);

struct Job {
    QString id; ///< 16 hexadecimal digits
    mpz_class n;
    JobState state = JobState::Queued;
    std::optional<Factors> factors; ///< when done
    QString detail; ///< why it failed
    qint64 createdAt = 0; ///< times in ms since 1970; 0: not yet
    qint64 startedAt = 0;
    qint64 finishedAt = 0;

    bool isOver() const { return state != JobState::Queued && state != JobState::Running; }
};

struct JobFilter {
    std::optional<JobState> state;
    QString after; ///< id of the last job of the page before; empty: from the newest
    int limit = 100;
};

// All on the connection's thread; those that change something inside a transaction. `now`: ms since 1970.

/// Stores a new job; or finds the unfinished one for the same n, or the one that `key` named before.
/// key: of the client's choice, may be empty. Throws http::Failure: 422 the key named another n; 503 too many wait.
Job acceptJob(SqlConnection &sql, const Job &job, const QString &key);

std::optional<Job> selectJob(SqlConnection &sql, const QString &id);

/// Newest first. Throws http::Failure 422 if `after` names no job.
QList<Job> selectJobs(SqlConnection &sql, const JobFilter &filter);

/// What there is to do.
struct Unfinished {
    QSet<QString> running; ///< ids
    bool anyQueued = false;
};
Unfinished selectUnfinished(SqlConnection &sql);

/// Marks the oldest queued job as running, and hands it over.
std::optional<Job> takeJob(SqlConnection &sql, qint64 now);

/// A running job is done. Nothing happens if it was cancelled meanwhile.
void finishJob(SqlConnection &sql, const Job &job, const Factors &factors, qint64 now);
void failJob(SqlConnection &sql, const QString &id, const QString &detail, qint64 now);

/// The service stops: a running job waits again.
void putJobBack(SqlConnection &sql, const QString &id);

/// The job as it is afterwards; nothing if there is none.
std::optional<Job> cancelJob(SqlConnection &sql, const QString &id, qint64 now);

/// What a service that died left running waits again; what ran at three deaths in a row, while no other job was
/// accepted or finished, is marked failed.
void recoverJobs(SqlConnection &sql, qint64 now);

} // namespace openloop
