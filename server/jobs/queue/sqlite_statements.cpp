// SPDX-License-Identifier: GPL-3.0-or-later
// One writer at a time: what PostgreSQL decides within one statement is read here, decided, and written.
#include "server/jobs/queue/sqlite_statements.h"

#include "server/store/sql_connection.h"

#include <QDateTime>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::queue {

namespace {

const QString present = u" WHERE id = ? AND state = 'running' AND owner = ? AND attempt = ?"_s;

QVariant valueOf(std::uint64_t id)
{
    return qint64(id);
}

QVariant valueOf(const std::string &text)
{
    return QString::fromStdString(text);
}

QVariantList valuesOf(const Attempt &attempt)
{
    return {valueOf(attempt.task), valueOf(attempt.owner), attempt.number};
}

std::uint64_t idIn(const QSqlQuery &row, int column)
{
    return std::uint64_t(row.value(column).toLongLong());
}

std::string textIn(const QSqlQuery &row, int column)
{
    return row.value(column).toString().toStdString();
}

/// A text of any length serves as the key of an index, and a migration can write it.
QString hashOf(const std::string &kind, const std::string &payload)
{
    return QString::fromStdString(kind) + u':' + QString::fromStdString(payload);
}

} // namespace

SqliteQueue::SqliteQueue(SqlConnection &sql, Rules rules, std::optional<qint64> now)
    : m_sql(sql), m_rules(rules), m_now(now.value_or(QDateTime::currentMSecsSinceEpoch() * 1000))
{
}

Answer SqliteQueue::execute(const Statement &statement)
{
    struct Each {
        SqliteQueue &tables;
        Answer operator()(const Join &join) const { return tables.join(join); }
        Answer operator()(const Beat &) const { return Rows{1, 0}; }
        Answer operator()(const Look &look) const { return tables.look(look); }
        Answer operator()(const Claim &claim) const { return tables.claim(claim); }
        Answer operator()(const End &end) const { return tables.end(end); }
        Answer operator()(const GiveBack &giveBack) const { return tables.giveBack(giveBack); }
        Answer operator()(const KeepResult &keep) const { return tables.keepResult(keep); }
        Answer operator()(const Survey &) const { return Suspects{}; }
        Answer operator()(const MarkDead &) const { return Rows{0}; }
        Answer operator()(const Sweep &) const { return tables.sweep(); }
        Answer operator()(const Leave &) const { return Rows{1}; }
    };
    return std::visit(Each{*this}, statement);
}

// Its row is for those who ask who is here; it lives for as long as somebody answers.
Rows SqliteQueue::join(const Join &join)
{
    const Process &process = join.process;
    m_sql.change(u"DELETE FROM nodes"_s);
    m_sql.change(u"INSERT INTO nodes (id, name, boot_id, pid_namespace, pid, pid_started, version, format, beat, "
                 "seen_at, heartbeat, suspect_after, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, 'alive')"_s,
                 {valueOf(join.node), valueOf(join.name), valueOf(process.bootId), valueOf(process.pidNamespace),
                  qint64(process.pid), valueOf(process.started), valueOf(join.version), join.format, m_now,
                  qint64(join.heartbeat.count()), qint64(join.suspectAfter.count())});
    const auto read = [](const QSqlQuery &row) { return Attempt{idIn(row, 0), idIn(row, 1), row.value(2).toInt()}; };
    const QList<Attempt> died =
        m_sql.select(u"SELECT id, owner, attempt FROM tasks WHERE state = 'running'"_s, {}, read);
    for (const Attempt &attempt : died)
        putBack(attempt, true);
    return {int(died.size())};
}

Sight SqliteQueue::look(const Look &look)
{
    Sight sight;
    const auto readMine = [&](const QSqlQuery &row) { return Attempt{idIn(row, 0), look.node, row.value(1).toInt()}; };
    const auto mine = m_sql.select(u"SELECT id, attempt FROM tasks WHERE state = 'running' AND owner = ? ORDER BY id"_s,
                                   {valueOf(look.node)}, readMine);
    sight.mine.assign(mine.begin(), mine.end());
    std::ranges::sort(sight.mine);
    const auto readSeen = [](const QSqlQuery &row) {
        return Seen{idIn(row, 0), idIn(row, 1), stateOf(row.value(2).toString()), true};
    };
    for (const TaskId task : look.watched) {
        const auto seen =
            m_sql.select(u"SELECT id, version, state FROM tasks WHERE id = ?"_s, {valueOf(task)}, readSeen);
        sight.watched.push_back(seen.isEmpty() ? Seen{task, 0, TaskState::Queued, false} : seen.first());
    }
    const auto any = [](const QSqlQuery &) { return true; };
    sight.claimable =
        !m_sql
             .select(u"SELECT 1 FROM tasks WHERE state = 'queued' AND format <= ? ORDER BY lane, seq LIMIT 1"_s,
                     {look.format}, any)
             .isEmpty();
    return sight;
}

Claims SqliteQueue::claim(const Claim &claim)
{
    const auto read = [&](const QSqlQuery &row) {
        Claimed claimed{{idIn(row, 0), claim.node, row.value(1).toInt() + 1}, textIn(row, 2), {}};
        if (!row.value(3).isNull())
            claimed.kept = textIn(row, 3);
        return claimed;
    };
    const auto next = m_sql.select(
        u"SELECT t.id, t.attempt, t.payload, r.result FROM tasks t LEFT JOIN task_results r USING (payload_hash) "
        "WHERE t.state = 'queued' AND t.format <= ? ORDER BY t.lane, t.seq LIMIT ?"_s,
        {claim.format, claim.most}, read);
    for (const Claimed &claimed : next) {
        m_sql.change(u"UPDATE tasks SET state = 'running', owner = ?, attempt = ?, started_at = ?, "
                     "version = max(version + 1, ?) WHERE id = ?"_s,
                     {valueOf(claim.node), claimed.attempt.number, m_now, m_now, valueOf(claimed.attempt.task)});
    }
    return {{next.begin(), next.end()}};
}

Rows SqliteQueue::end(const End &end)
{
    const QString column = end.state == TaskState::Done ? u"'done', result"_s : u"'failed', detail"_s;
    return {m_sql.change(u"UPDATE tasks SET state = "_s + column
                             + u" = ?, finished_at = ?, version = max(version + 1, ?)"_s + present,
                         QVariantList{valueOf(end.result), m_now, m_now} + valuesOf(end.attempt))};
}

Rows SqliteQueue::giveBack(const GiveBack &giveBack)
{
    return putBack(giveBack.attempt, giveBack.death);
}

Rows SqliteQueue::putBack(const Attempt &attempt, bool death)
{
    struct Life {
        qint64 started;
        int deaths;
    };
    const auto read = [](const QSqlQuery &row) { return Life{row.value(0).toLongLong(), row.value(1).toInt()}; };
    const auto found = m_sql.select(u"SELECT started_at, deaths FROM tasks"_s + present, valuesOf(attempt), read);
    if (found.isEmpty())
        return {0};
    int deaths = found.first().deaths;
    if (death)
        deaths =
            m_now - found.first().started > std::chrono::microseconds(m_rules.longAttempt).count() ? 1 : deaths + 1;
    const bool failed = death && (deaths >= m_rules.mostDeaths || attempt.number >= m_rules.mostAttempts);
    const bool held = death && !failed && deaths == m_rules.mostDeaths - 1;
    const QString state = failed ? u"failed"_s : held ? u"held"_s : u"queued"_s;
    const QVariant noTime(QMetaType::fromType<qint64>());
    const QVariant detail =
        failed ? QVariant(QString::fromLatin1(diedDetail)) : QVariant(QMetaType::fromType<QString>());
    const qint64 due = m_now + qint64(std::chrono::microseconds(m_rules.hold).count());
    return {m_sql.change(u"UPDATE tasks SET state = ?, detail = ?, finished_at = ?, due_at = coalesce(?, due_at), "
                         "deaths = ?, owner = NULL, version = max(version + 1, ?) WHERE id = ?"_s,
                         {state, detail, failed ? QVariant(m_now) : noTime, held ? QVariant(due) : noTime, deaths,
                          m_now, valueOf(attempt.task)})};
}

Rows SqliteQueue::keepResult(const KeepResult &keep)
{
    return {m_sql.change(u"INSERT INTO task_results (payload_hash, result, found_at) "
                         "SELECT payload_hash, ?, ? FROM tasks WHERE id = ? ON CONFLICT DO NOTHING"_s,
                         {valueOf(keep.result), m_now, valueOf(keep.task)})};
}

Rows SqliteQueue::sweep()
{
    return {m_sql.change(u"UPDATE tasks SET state = 'queued', version = max(version + 1, ?) "
                         "WHERE state = 'held' AND due_at <= ?"_s,
                         {m_now, m_now})};
}

Accepted SqliteQueue::accept(const Request &request)
{
    const QString hash = hashOf(request.kind, request.payload);
    struct Named {
        TaskId task;
        QString hash;
    };
    const auto readNamed = [](const QSqlQuery &row) { return Named{idIn(row, 0), row.value(1).toString()}; };
    const auto readId = [](const QSqlQuery &row) { return idIn(row, 0); };
    const QVariant key = valueOf(request.key);
    if (!request.key.empty()) {
        const auto named =
            m_sql.select(u"SELECT task, payload_hash FROM request_keys WHERE key = ?"_s, {key}, readNamed);
        if (!named.isEmpty())
            return named.first().hash == hash ? Accepted(named.first().task) : Refusal::OtherPayload;
    }
    const auto same = m_sql.select(
        u"SELECT id FROM tasks WHERE payload_hash = ? AND state IN ('queued', 'held', 'running')"_s, {hash}, readId);
    if (same.isEmpty() && !request.mayBeNew)
        return Refusal::NoRoom;
    const TaskId task = same.isEmpty() ? request.id : same.first();
    if (same.isEmpty()) {
        m_sql.change(u"INSERT INTO tasks (id, kind, payload, payload_hash, state, lane, version, format, created_at) "
                     "VALUES (?, ?, ?, ?, 'queued', ?, ?, ?, ?)"_s,
                     {valueOf(request.id), valueOf(request.kind), valueOf(request.payload), hash, request.lane, m_now,
                      request.format, m_now});
    }
    if (!request.key.empty()) {
        m_sql.change(u"INSERT INTO request_keys (key, task, payload_hash, created_at) VALUES (?, ?, ?, ?)"_s,
                     {key, valueOf(task), hash, m_now});
    }
    return task;
}

Rows SqliteQueue::cancel(TaskId task)
{
    return {m_sql.change(u"UPDATE tasks SET state = 'cancelled', finished_at = ?, version = max(version + 1, ?) "
                         "WHERE id = ? AND state IN ('queued', 'held', 'running')"_s,
                         {m_now, m_now, valueOf(task)})};
}

} // namespace openloop::queue
