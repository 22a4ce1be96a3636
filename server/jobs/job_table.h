// SPDX-License-Identifier: GPL-3.0-or-later
// Factorizations that outlive their request, as users see the tasks of the queue that are of this kind.
#pragma once

#include "server/compute/factoring/results.h"
#include "server/jobs/progress_text.h"
#include "server/jobs/queue/statement_texts.h"

#include <QList>
#include <QString>

#include <optional>

namespace openloop {

/// A task that is held is told as queued.
enum class JobState { Queued, Running, Done, Failed, Cancelled };

/// "queued", "running", ...
QString stateName(JobState state);
std::optional<JobState> stateOf(const QString &name);

struct Job {
    queue::TaskId id = 0;
    mpz_class n;
    JobState state = JobState::Queued;
    quint64 version = 0; ///< another one after each change
    std::optional<Factors> factors; ///< when done
    QString detail; ///< why it failed
    std::optional<factoring::Result> givenUp; ///< what was found, and what remains, when it failed for want of factors
    qint64 createdAt = 0; ///< times in ms since 1970; 0: not yet
    qint64 startedAt = 0;
    qint64 finishedAt = 0;
    queue::NodeId owner = 0; ///< while it runs
    QString node; ///< the owner's name
    int attempt = 0;
    Factorizer::Progress told; ///< by the owner's beats

    bool isOver() const { return state != JobState::Queued && state != JobState::Running; }
};

struct JobFilter {
    std::optional<JobState> state;
    std::optional<QString> after; ///< id of the last job of the page before; none: from the newest
    int limit = 100;
};

/// As users write it: 16 hexadecimal digits. Nothing: it is none.
QString idText(queue::TaskId id);
std::optional<queue::TaskId> idOf(const QString &text);

/// What the queue keeps of a job that computes n, or has.
std::string payloadOf(const mpz_class &n);
mpz_class numberOf(const std::string &payload);
inline constexpr char jobKind[] = "factorization";

// On the connection's thread.

std::optional<Job> selectJob(SqlConnection &sql, queue::TaskId id);

/// Whether there is such a job, told when it is stored as what is acknowledged is: also where a synchronous standby is,
/// though who changed it was cut while it waited for that.
bool jobIsStored(SqlConnection &sql, queue::TaskId id);

/// Newest first. Throws http::Failure 422 if `after` names no job.
QList<Job> selectJobs(SqlConnection &sql, const JobFilter &filter);

} // namespace openloop
