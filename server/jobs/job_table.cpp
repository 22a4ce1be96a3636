// SPDX-License-Identifier: GPL-3.0-or-later
// Reads only: every change of a task is a statement of the queue.
#include "server/jobs/job_table.h"

#include "server/compute/factoring/factors.h"
#include "server/http/message/failure.h"
#include "server/store/sql_connection.h"

#include <array>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

using http::Failure;

namespace {

const QString columns =
    u"SELECT id, payload, state, version, result, detail, created_at, started_at, finished_at, attempt, owner, "
    "CASE WHEN state = 'running' THEN (SELECT name FROM nodes n WHERE n.id = t.owner) END FROM tasks t "
    "WHERE kind = 'factorization'"_s;

struct NamedState {
    JobState state;
    const char16_t *name;
};
constexpr std::array namedStates{
    NamedState{JobState::Queued, u"queued"},       NamedState{JobState::Running, u"running"},
    NamedState{JobState::Done, u"done"},           NamedState{JobState::Failed, u"failed"},
    NamedState{JobState::Cancelled, u"cancelled"},
};

qint64 milliseconds(const QVariant &microseconds)
{
    return microseconds.toLongLong() / 1000;
}

Job readJob(const QSqlQuery &row)
{
    Job job;
    job.id = queue::TaskId(row.value(0).toLongLong());
    job.n = numberOf(row.value(1).toString().toStdString());
    const QString state = row.value(2).toString();
    job.state = state == "held"_L1 ? JobState::Queued : stateOf(state).value_or(JobState::Failed);
    job.version = row.value(3).toULongLong();
    if (job.state == JobState::Done) {
        job.factors = fromRow(row.value(4).toString(), job.n);
        if (!job.factors)
            job.state = JobState::Failed;
    }
    job.detail = job.state == JobState::Failed && row.value(5).isNull() ? u"the stored factors are damaged"_s
                                                                        : row.value(5).toString();
    if (job.state == JobState::Failed)
        job.givenUp = readGivenUp(job.detail, job.n);
    job.createdAt = milliseconds(row.value(6));
    if (job.state != JobState::Queued)
        job.startedAt = milliseconds(row.value(7));
    job.finishedAt = milliseconds(row.value(8));
    job.attempt = row.value(9).toInt();
    if (job.state == JobState::Running)
        job.owner = queue::NodeId(row.value(10).toLongLong());
    job.node = row.value(11).toString();
    return job;
}

// The text of a state, and not a value: only then it has an index.
QString condition(JobState state)
{
    return state == JobState::Queued ? u" AND state IN ('queued', 'held')"_s
                                     : u" AND state = '%1'"_s.arg(stateName(state));
}

qint64 firstNumber(const QSqlQuery &row)
{
    return row.value(0).toLongLong();
}

// Of all of them together: many run at one server.
QList<Job> withProgress(SqlConnection &sql, QList<Job> jobs)
{
    QSet<QString> owners;
    for (const Job &job : jobs) {
        if (job.owner != 0)
            owners.insert(queue::sqlOf(job.owner));
    }
    if (owners.isEmpty() || sql.dialect() == SqlDialect::Sqlite) // whose one server has it in memory
        return jobs;
    const auto read = [](const QSqlQuery &row) {
        return std::pair(queue::NodeId(row.value(0).toLongLong()),
                         progressIn(row.value(1).toByteArray().toStdString()));
    };
    const auto said =
        sql.select(u"SELECT id, progress FROM nodes WHERE id IN (%1)"_s.arg(owners.values().join(u',')), {}, read);
    for (const auto &[owner, progress] : said) {
        for (Job &job : jobs) {
            if (job.owner == owner)
                job.told = progressOf(progress, job.id, job.attempt).value_or(job.told);
        }
    }
    return jobs;
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

QString idText(queue::TaskId id)
{
    return QString::number(id, 16).rightJustified(16, u'0');
}

std::optional<queue::TaskId> idOf(const QString &text)
{
    bool ok = false;
    const queue::TaskId id = text.toULongLong(&ok, 16);
    return ok && idText(id) == text ? std::optional(id) : std::nullopt;
}

std::string payloadOf(const mpz_class &n)
{
    return n.get_str();
}

mpz_class numberOf(const std::string &payload)
{
    return mpz_class(payload, 10);
}

std::optional<Job> selectJob(SqlConnection &sql, queue::TaskId id)
{
    const auto jobs = withProgress(sql, sql.select(columns + u" AND id = ?"_s, {qint64(id)}, readJob));
    return jobs.isEmpty() ? std::nullopt : std::optional(jobs.first());
}

// PostgreSQL waits at the end of a transaction that writes, and a lock is something written.
bool jobIsStored(SqlConnection &sql, queue::TaskId id)
{
    const QString lock = sql.dialect() == SqlDialect::Postgres ? u" FOR KEY SHARE"_s : QString();
    return !sql.select(u"SELECT id FROM tasks WHERE id = ?"_s + lock, {qint64(id)}, firstNumber).isEmpty();
}

QList<Job> selectJobs(SqlConnection &sql, const JobFilter &filter)
{
    QString conditions = filter.state ? condition(*filter.state) : QString();
    QVariantList values;
    if (filter.after) {
        const auto id = idOf(*filter.after);
        const QList<qint64> last = id
            ? sql.select(u"SELECT created_at FROM tasks WHERE id = ?"_s, {qint64(*id)}, firstNumber)
            : QList<qint64>();
        if (last.isEmpty())
            throw Failure::unprocessable(u"after"_s, u"names no job"_s);
        conditions += u" AND (created_at, id) < (?, ?)"_s;
        values << last.first() << qint64(*id);
    }
    values << filter.limit;
    const QString page = u" ORDER BY created_at DESC, id DESC LIMIT ?"_s;
    return withProgress(sql, sql.select(columns + conditions + page, values, readJob));
}

} // namespace openloop
