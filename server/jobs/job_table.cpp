// SPDX-License-Identifier: GPL-3.0-or-later
// The statements; each change names the state that it expects, so that what somebody else changed stays as it is.
#include "server/jobs/job_table.h"

#include "server/compute/factoring/factors.h"
#include "server/http/message/failure.h"
#include "server/store/sql_connection.h"

#include <array>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop {

using http::Failure;

namespace {

constexpr qint64 mostUnfinished = 10'000;
constexpr qint64 mostFinished = 10'000;
constexpr qint64 longestKept = qint64(90) * 24 * 3600 * 1000; // ms
constexpr int mostDeaths = 3;

const QString columns = u"SELECT id, n, state, factors, detail, created_at, started_at, finished_at FROM jobs "_s;

struct NamedState {
    JobState state;
    const char16_t *name;
};
constexpr std::array namedStates{
    NamedState{JobState::Queued, u"queued"},       NamedState{JobState::Running, u"running"},
    NamedState{JobState::Done, u"done"},           NamedState{JobState::Failed, u"failed"},
    NamedState{JobState::Cancelled, u"cancelled"},
};

Job readJob(const QSqlQuery &row)
{
    Job job;
    job.id = row.value(0).toString();
    job.n = mpz_class(row.value(1).toString().toStdString(), 10);
    job.state = stateOf(row.value(2).toString()).value_or(JobState::Failed);
    if (job.state == JobState::Done) {
        job.factors = fromRow(row.value(3).toString(), job.n);
        if (!job.factors)
            job.state = JobState::Failed;
    }
    job.detail = job.state == JobState::Failed && row.value(4).isNull() ? u"the stored factors are damaged"_s
                                                                        : row.value(4).toString();
    job.createdAt = row.value(5).toLongLong();
    job.startedAt = row.value(6).toLongLong();
    job.finishedAt = row.value(7).toLongLong();
    return job;
}

std::optional<Job> selectOne(SqlConnection &sql, const QString &where, const QVariantList &values)
{
    const QList<Job> jobs = sql.select(columns + where, values, readJob);
    return jobs.isEmpty() ? std::nullopt : std::optional(jobs.first());
}

// The service is alive and gets things done: no running job is to blame for earlier deaths.
void clearBlame(SqlConnection &sql)
{
    sql.change(u"UPDATE jobs SET deaths = 0 WHERE state IN ('queued', 'running') AND deaths > 0"_s);
}

void forgetOldJobs(SqlConnection &sql, qint64 now)
{
    sql.change(
        u"DELETE FROM jobs WHERE finished_at IS NOT NULL AND (created_at < ? OR created_at < "
        "(SELECT created_at FROM jobs WHERE finished_at IS NOT NULL ORDER BY created_at DESC LIMIT 1 OFFSET ?))"_s,
        {now - longestKept, mostFinished});
}

} // namespace

QString stateName(JobState state)
{
    for (const NamedState &named : namedStates) {
        if (named.state == state)
            return QString::fromUtf16(named.name);
    }
    return {};
}

std::optional<JobState> stateOf(const QString &name)
{
    for (const NamedState &named : namedStates) {
        if (name == QStringView(named.name))
            return named.state;
    }
    return {};
}

Job acceptJob(SqlConnection &sql, const Job &job, const QString &key)
{
    if (!key.isEmpty()) {
        if (const auto named = selectOne(sql, u"WHERE idempotency_key = ?"_s, {key})) {
            if (named->n != job.n)
                throw Failure::unprocessable(u"Idempotency-Key"_s, u"was used for another n"_s);
            return *named;
        }
    }
    const QString n = toText(job.n);
    if (const auto same = selectOne(sql, u"WHERE n = ? AND state IN ('queued', 'running')"_s, {n}))
        return *same;
    const auto count = [](const QSqlQuery &row) { return row.value(0).toLongLong(); };
    if (sql.select(u"SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')"_s, {}, count).first()
        >= mostUnfinished)
        throw Failure::unavailable(u"%1 jobs wait already"_s.arg(mostUnfinished), 60s);
    sql.change(u"INSERT INTO jobs (id, n, state, idempotency_key, created_at) VALUES (?, ?, 'queued', ?, ?)"_s,
               {job.id, n, key.isEmpty() ? QVariant(QMetaType::fromType<QString>()) : QVariant(key), job.createdAt});
    clearBlame(sql);
    return job;
}

std::optional<Job> selectJob(SqlConnection &sql, const QString &id)
{
    return selectOne(sql, u"WHERE id = ?"_s, {id});
}

QList<Job> selectJobs(SqlConnection &sql, const JobFilter &filter)
{
    QStringList conditions;
    QVariantList values;
    if (filter.state) {
        conditions << u"state = ?"_s;
        values << stateName(*filter.state);
    }
    if (!filter.after.isEmpty()) {
        const auto last = selectJob(sql, filter.after);
        if (!last)
            throw Failure::unprocessable(u"after"_s, u"names no job"_s);
        conditions << u"(created_at, id) < (?, ?)"_s;
        values << last->createdAt << last->id;
    }
    values << filter.limit;
    const QString where = conditions.isEmpty() ? QString() : u"WHERE "_s + conditions.join(u" AND "_s);
    return sql.select(columns + where + u" ORDER BY created_at DESC, id DESC LIMIT ?"_s, values, readJob);
}

Unfinished selectUnfinished(SqlConnection &sql)
{
    const auto id = [](const QSqlQuery &row) { return row.value(0).toString(); };
    const QStringList running = sql.select(u"SELECT id FROM jobs WHERE state = 'running'"_s, {}, id);
    const QStringList queued = sql.select(u"SELECT id FROM jobs WHERE state = 'queued' LIMIT 1"_s, {}, id);
    return {QSet<QString>(running.begin(), running.end()), !queued.isEmpty()};
}

std::optional<Job> takeJob(SqlConnection &sql, qint64 now)
{
    const QString oldest = u"WHERE state = 'queued' ORDER BY created_at, id LIMIT 1"_s;
    while (const auto job = selectOne(sql, oldest, {})) {
        const int changed = sql.change(
            u"UPDATE jobs SET state = 'running', started_at = ? WHERE id = ? AND state = 'queued'"_s, {now, job->id});
        if (changed == 1)
            return selectJob(sql, job->id);
    }
    return {};
}

void finishJob(SqlConnection &sql, const Job &job, const Factors &factors, qint64 now)
{
    sql.change(u"UPDATE jobs SET state = 'done', factors = ?, finished_at = ? WHERE id = ? AND state = 'running'"_s,
               {toRow(factors), now, job.id});
    clearBlame(sql);
    forgetOldJobs(sql, now);
}

void failJob(SqlConnection &sql, const QString &id, const QString &detail, qint64 now)
{
    sql.change(u"UPDATE jobs SET state = 'failed', detail = ?, finished_at = ? WHERE id = ? AND state = 'running'"_s,
               {detail, now, id});
}

void putJobBack(SqlConnection &sql, const QString &id)
{
    sql.change(u"UPDATE jobs SET state = 'queued', started_at = NULL WHERE id = ? AND state = 'running'"_s, {id});
}

std::optional<Job> cancelJob(SqlConnection &sql, const QString &id, qint64 now)
{
    sql.change(
        u"UPDATE jobs SET state = 'cancelled', finished_at = ? WHERE id = ? AND state IN ('queued', 'running')"_s,
        {now, id});
    return selectJob(sql, id);
}

void recoverJobs(SqlConnection &sql, qint64 now)
{
    sql.change(u"UPDATE jobs SET deaths = deaths + 1 WHERE state = 'running'"_s);
    sql.change(
        u"UPDATE jobs SET state = 'failed', finished_at = ?, detail = ? WHERE state = 'running' AND deaths >= ?"_s,
        {now, u"the service died %1 times while it worked on this"_s.arg(mostDeaths), mostDeaths});
    sql.change(u"UPDATE jobs SET state = 'queued', started_at = NULL WHERE state = 'running'"_s);
}

} // namespace openloop
