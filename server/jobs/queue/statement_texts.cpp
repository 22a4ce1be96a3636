// SPDX-License-Identifier: GPL-3.0-or-later
// Each change of a task names the state that it leaves, and an attempt's changes the owner and the attempt as well.
#include "server/jobs/queue/statement_texts.h"

#include "server/store/sql_connection.h"

#include <QCryptographicHash>
#include <QStringList>

#include <algorithm>
#include <array>

using namespace Qt::Literals::StringLiterals;

namespace openloop::queue {

namespace {

// A version is never given twice, and no number comes back with another meaning even after the row was restored.
const QString nextVersion = u"greatest(t.version + 1, queue_now())"_s;
const QString unfinished = u"('queued', 'held', 'running')"_s;

constexpr std::array stateNames{u"queued", u"held", u"running", u"done", u"failed", u"cancelled"};

using queue::sqlOf; // beside these

QString sqlOf(qint64 number)
{
    return QString::number(number);
}

QString sqlOf(int number)
{
    return QString::number(number);
}

QString sqlOf(Milliseconds time)
{
    return QString::number(time.count());
}

QString microseconds(Milliseconds time)
{
    return QString::number(std::chrono::microseconds(time).count());
}

QString hashOf(const Request &request)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(QByteArray::fromStdString(request.kind));
    hash.addData(QByteArrayView("\0", 1)); // neither has one: no two pairs are the same text
    hash.addData(QByteArray::fromStdString(request.payload));
    return u"'\\x%1'::bytea"_s.arg(QString::fromLatin1(hash.result().toHex()));
}

// By the primary key alone: `state = 'running'` would offer PostgreSQL the partial indexes, and if it looked last when
// the queue was empty, it takes one for empty and walks over all that is unfinished.
QString present(const Attempt &attempt)
{
    return u"t.id = %1 AND t.state IS NOT DISTINCT FROM 'running' AND t.owner = %2 AND t.attempt = %3"_s.arg(
        sqlOf(attempt.task), sqlOf(attempt.owner), sqlOf(attempt.number));
}

/// What an UPDATE of `tasks t` sets. death: an SQL condition.
QString putBack(const QString &death, const Rules &rules)
{
    const QString deaths =
        u"(CASE WHEN NOT (%1) THEN t.deaths WHEN queue_now() - t.started_at > %2 THEN 1 ELSE t.deaths + 1 END)"_s.arg(
            death, microseconds(rules.longAttempt));
    const QString failed = u"((%1) AND (%2 >= %3 OR t.attempt >= %4))"_s.arg(death, deaths, sqlOf(rules.mostDeaths),
                                                                             sqlOf(rules.mostAttempts));
    const QString held = u"((%1) AND %2 = %3)"_s.arg(death, deaths, sqlOf(rules.mostDeaths - 1));
    const QStringList columns{
        u"state = CASE WHEN %1 THEN 'failed' WHEN %2 THEN 'held' ELSE 'queued' END"_s.arg(failed, held),
        u"detail = CASE WHEN %1 THEN %2 ELSE t.detail END"_s.arg(failed, sqlOf(std::string(diedDetail))),
        u"finished_at = CASE WHEN %1 THEN queue_now() END"_s.arg(failed),
        u"due_at = CASE WHEN %1 AND NOT %2 THEN queue_now() + %3 ELSE t.due_at END"_s.arg(held, failed,
                                                                                          microseconds(rules.hold)),
        u"deaths = "_s + deaths,
        u"owner = NULL"_s,
        u"version = "_s + nextVersion,
    };
    return columns.join(u", "_s);
}

} // namespace

// The E form means the same whatever standard_conforming_strings says.
QString sqlOf(const std::string &text)
{
    QString escaped = QString::fromStdString(text);
    if (escaped.contains(QChar(u'\0')))
        throw SqlError(SqlTrouble::Bug, u"a text with U+0000"_s); // would end the message
    escaped.replace(u'\\', u"\\\\"_s).replace(u'\'', u"''"_s);
    return u"E'"_s + escaped + u'\'';
}

QString sqlOf(std::uint64_t id)
{
    return QString::number(std::int64_t(id));
}

QString nameOf(TaskState state)
{
    return QString::fromUtf16(stateNames[std::size_t(state)]);
}

TaskState stateOf(const QString &name)
{
    const auto found = std::ranges::find_if(stateNames, [&](auto each) { return name == QStringView(each); });
    if (found == stateNames.end())
        throw SqlError(SqlTrouble::Bug, u"no state of a task: "_s + name);
    return TaskState(found - stateNames.begin());
}

QString textOf(const Join &join)
{
    const Process &process = join.process;
    const QStringList values{
        sqlOf(join.node),           sqlOf(join.name),       sqlOf(process.bootId), sqlOf(process.pidNamespace),
        sqlOf(qint64(process.pid)), sqlOf(process.started), u"1, queue_now()"_s,   sqlOf(join.heartbeat),
        sqlOf(join.suspectAfter),   u"'alive'"_s,           sqlOf(join.version),   sqlOf(join.format)};
    return u"INSERT INTO nodes (id, name, boot_id, pid_namespace, pid, pid_started, beat, seen_at, heartbeat, "
           "suspect_after, state, version, format) VALUES ("_s
        + values.join(u", "_s) + u") ON CONFLICT DO NOTHING"_s;
}

QString textOf(const Beat &beat)
{
    const QByteArray progress = QByteArray::fromStdString(beat.progress).toBase64();
    return u"UPDATE nodes SET beat = beat + 1, seen_at = queue_now(), progress = decode('%2', 'base64') "
           "WHERE id = %1 AND state = 'alive'"_s.arg(sqlOf(beat.node), QString::fromLatin1(progress));
}

// Reads a row of what is owned, a row of each watched task that there is, a row of each other node that runs one of
// them, and one row if something is claimable: EXISTS would be looked for among the finished tasks, only the order of
// the queue makes its index the way.
QString textOf(const Look &look)
{
    QStringList watched;
    for (const TaskId task : look.watched)
        watched << sqlOf(task);
    return u"WITH watched AS MATERIALIZED "
           "(SELECT id, version, state, owner FROM tasks WHERE id = ANY('{%2}'::bigint[])) "
           "SELECT 'mine', id, attempt::bigint, '' FROM tasks WHERE state = 'running' AND owner = %1 "
           "UNION ALL SELECT 'watched', id, version, state FROM watched "
           "UNION ALL SELECT 'owner', id, 0, encode(progress, 'base64') FROM nodes WHERE id = "
           "ANY(ARRAY(SELECT DISTINCT owner FROM watched WHERE state = 'running' AND owner <> %1)) "
           "UNION ALL (SELECT 'claimable', 0, 0, '' FROM tasks WHERE state = 'queued' AND format <= %3 "
           "ORDER BY lane, seq LIMIT 1)"_s.arg(sqlOf(look.node), watched.join(u','), sqlOf(look.format));
}

// Rows that others hold are left, not waited for. One that was claimed since the statement began is judged anew when it
// is locked. The lock is that of an UPDATE, which who asks for the task again does not hinder. LIMIT belongs into the
// CTE: a subquery of the UPDATE could be planned as a join and locks more than asked.
QString textOf(const Claim &claim)
{
    return u"WITH next AS (SELECT id FROM tasks WHERE state = 'queued' AND format <= %1 "
           "AND EXISTS (SELECT FROM nodes WHERE id = %2 AND state = 'alive') "
           "ORDER BY lane, seq LIMIT %3 FOR NO KEY UPDATE SKIP LOCKED) "
           "UPDATE tasks t SET state = 'running', owner = %2, attempt = t.attempt + 1, started_at = queue_now(), "
           "version = %4 FROM next WHERE t.id = next.id "
           "RETURNING t.lane, t.seq, t.id, t.attempt, t.payload, "
           "(SELECT r.result FROM task_results r WHERE r.payload_hash = t.payload_hash)"_s.arg(
               sqlOf(claim.format), sqlOf(claim.node), sqlOf(claim.most), nextVersion);
}

QString textOf(const End &end)
{
    const bool done = end.state == TaskState::Done;
    return u"UPDATE tasks t SET state = '%1', %2 = %3, finished_at = queue_now(), version = %4 WHERE %5"_s.arg(
        done ? u"done"_s : u"failed"_s, done ? u"result"_s : u"detail"_s, sqlOf(end.result), nextVersion,
        present(end.attempt));
}

QString textOf(const GiveBack &giveBack, const Rules &rules)
{
    return u"UPDATE tasks t SET %1 WHERE %2"_s.arg(putBack(giveBack.death ? u"TRUE"_s : u"FALSE"_s, rules),
                                                   present(giveBack.attempt));
}

QString textOf(const KeepResult &keep)
{
    return u"INSERT INTO task_results (payload_hash, result, found_at) SELECT payload_hash, %1, queue_now() "
           "FROM tasks WHERE id = %2 ON CONFLICT DO NOTHING"_s.arg(sqlOf(keep.result), sqlOf(keep.task));
}

QString textOf(const Survey &survey)
{
    return u"WITH others AS (SELECT *, "
           "queue_now() - seen_at > 1000::bigint * greatest(suspect_after, %1) "
           "OR seen_at - queue_now() > 1000::bigint * heartbeat AS looks_dead, "
           "boot_id = %2 AND pid_namespace = %3 AS is_neighbour FROM nodes WHERE state = 'alive') "
           "SELECT id, beat, seen_at, heartbeat, looks_dead, is_neighbour, boot_id, pid_namespace, pid, pid_started, "
           "(queue_now() - seen_at) / 1000 "
           "FROM others WHERE looks_dead OR is_neighbour OR id = %4"_s.arg(
               sqlOf(survey.suspectAfter), sqlOf(survey.bootId), sqlOf(survey.pidNamespace), sqlOf(survey.node));
}

QString textOf(const MarkDead &dead)
{
    return u"UPDATE nodes SET state = 'dead' WHERE id = %1 AND state = 'alive' AND beat = %2 AND seen_at = %3"_s.arg(
        sqlOf(dead.node), sqlOf(dead.beat), sqlOf(qint64(dead.seenAt)));
}

QString textOf(const Leave &leave)
{
    return u"UPDATE nodes SET state = 'left' WHERE id = %1 AND state = 'alive'"_s.arg(sqlOf(leave.node));
}

// Which tasks are lost is judged by one snapshot; a task that changed since (put back by another server and claimed
// again by a node that this snapshot may not even know) is told by its version, for the condition on the owner cannot
// be judged anew when the row is locked. The living are hashed once, however many run. Locks are taken in the order of
// ids, everywhere where there are several.
QString textOf(const Sweep &, const Rules &rules)
{
    const QString update = u"WITH found AS MATERIALIZED (SELECT t.id, t.version, %1 AS death FROM tasks t WHERE %2), "
                           "locked AS (SELECT t.id, found.death FROM tasks t JOIN found ON t.id = found.id "
                           "WHERE t.version = found.version ORDER BY t.id LIMIT %3 FOR NO KEY UPDATE OF t SKIP LOCKED) "
                           "UPDATE tasks t SET %4 FROM locked WHERE t.id = locked.id RETURNING 1"_s;
    const QString most = sqlOf(rules.swept);
    const QString lost =
        update.arg(u"EXISTS (SELECT FROM nodes n WHERE n.id = t.owner AND n.state = 'dead')"_s,
                   u"t.state = 'running' AND (t.owner IN (SELECT id FROM nodes WHERE state = 'alive')) IS NOT TRUE"_s,
                   most, putBack(u"locked.death"_s, rules));
    const QString due = update.arg(u"FALSE"_s, u"t.state = 'held' AND t.due_at <= queue_now()"_s, most,
                                   u"state = 'queued', version = "_s + nextVersion);
    return lost + u"; "_s + due;
}

// By the primary key alone, as above.
QString textOfCancel(TaskId task)
{
    return u"UPDATE tasks t SET state = 'cancelled', finished_at = queue_now(), version = %1 WHERE t.id = %2 "
           "AND t.state NOT IN ('done', 'failed', 'cancelled')"_s.arg(nextVersion, sqlOf(task));
}

// The key's row comes first and the task's second, in every transaction: two of them cannot wait for each other. Who
// meets the other's row waits until that is committed, and then changes nothing but the row's lock: a transaction that
// writes nothing waits for no standby, and would tell of a task whose own commit was cut while it waited for one.
QString textOf(const Request &request)
{
    const QString id = sqlOf(request.id);
    const QString hash = hashOf(request);
    const QString same = u"SELECT id FROM tasks WHERE payload_hash = %1 AND state IN %2"_s.arg(hash, unfinished);
    const QString room = request.mayBeNew ? u"TRUE"_s : u"FALSE"_s;
    const QString insert =
        u"INSERT INTO tasks (id, kind, payload, payload_hash, state, lane, version, format, created_at) "
        "SELECT %1, %2, %3, %4, 'queued', %5, queue_now(), %6, queue_now() WHERE %7"_s.arg(
            id, sqlOf(request.kind), sqlOf(request.payload), hash, sqlOf(request.lane), sqlOf(request.format), room);
    const QString winner = u"coalesce((SELECT id FROM tasks WHERE id = %1), (%2))"_s.arg(id, same);
    if (request.key.empty())
        return insert
            + u" ON CONFLICT DO NOTHING; SELECT id, TRUE FROM tasks WHERE id = %1 FOR KEY SHARE"_s.arg(winner);
    const QString key = sqlOf(request.key);
    const QString mine = u"key = %1 AND task = %2"_s.arg(key, id);
    const QStringList statements{
        u"INSERT INTO request_keys (key, task, payload_hash, created_at) VALUES (%1, %2, %3, queue_now()) "
        "ON CONFLICT DO NOTHING"_s.arg(key, id, hash),
        insert + u" AND EXISTS (SELECT FROM request_keys WHERE %1) ON CONFLICT DO NOTHING"_s.arg(mine),
        // the payload's unfinished task has won: the key is its name
        u"UPDATE request_keys SET task = w FROM (SELECT %1 AS w) x WHERE %2 AND w <> %3"_s.arg(winner, mine, id),
        // and has ended meanwhile: as if nothing had been asked
        u"DELETE FROM request_keys WHERE %1 AND NOT EXISTS (SELECT FROM tasks WHERE id = %2)"_s.arg(mine, id),
        u"SELECT task, payload_hash = %1 FROM request_keys WHERE key = %2 FOR KEY SHARE"_s.arg(hash, key),
    };
    return statements.join(u"; "_s);
}

QString transactionOf(const QString &statements, Milliseconds timeout)
{
    return u"BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = %1; SET LOCAL lock_timeout = %1; "
           "SET LOCAL idle_in_transaction_session_timeout = %1; %2; COMMIT"_s.arg(timeout.count())
               .arg(statements);
}

} // namespace openloop::queue
