// SPDX-License-Identifier: GPL-3.0-or-later
// Sends the statements and reads their rows: what was changed is counted by the rows that it returns.
#include "server/jobs/queue/statements.h"

#include "server/jobs/queue/upkeep.h"
#include "server/store/sql_connection.h"

#include <algorithm>
#include <array>
#include <unordered_map>

using namespace Qt::Literals::StringLiterals;

namespace openloop::queue {

namespace {

constexpr int acceptRounds = 20;

std::uint64_t idIn(const QSqlQuery &row, int column)
{
    return std::uint64_t(row.value(column).toLongLong());
}

std::string textIn(const QSqlQuery &row, int column)
{
    return row.value(column).toString().toStdString();
}

struct Found {
    QString what;
    std::uint64_t id;
    qint64 number;
    QString text;
};

Found readFound(const QSqlQuery &row)
{
    return {row.value(0).toString(), idIn(row, 1), row.value(2).toLongLong(), row.value(3).toString()};
}

struct Next {
    std::pair<int, qint64> place;
    Claimed claimed;
};

Suspect readSuspect(const QSqlQuery &row)
{
    Suspect suspect;
    suspect.node = idIn(row, 0);
    suspect.beat = idIn(row, 1);
    suspect.seenAt = row.value(2).toLongLong();
    suspect.heartbeat = Milliseconds(row.value(3).toLongLong());
    suspect.seenAgo = Milliseconds(row.value(10).toLongLong());
    suspect.looksDead = row.value(4).toBool();
    if (row.value(5).toBool())
        suspect.neighbour = Process{textIn(row, 6), idIn(row, 7), row.value(8).toLongLong(), idIn(row, 9)};
    return suspect;
}

} // namespace

Answer QueueSql::execute(const Statement &statement)
{
    struct Each {
        QueueSql &tables;
        Answer operator()(const Join &join) const { return tables.join(join); }
        Answer operator()(const Beat &beat) const { return tables.beat(beat); }
        Answer operator()(const Look &look) const { return tables.look(look); }
        Answer operator()(const Claim &claim) const { return tables.claim(claim); }
        Answer operator()(const End &end) const { return tables.end(end); }
        Answer operator()(const GiveBack &giveBack) const { return tables.giveBack(giveBack); }
        Answer operator()(const KeepResult &keep) const { return tables.keepResult(keep); }
        Answer operator()(const Survey &survey) const { return tables.survey(survey); }
        Answer operator()(const MarkDead &dead) const { return tables.markDead(dead); }
        Answer operator()(const Sweep &sweep) const { return tables.sweep(sweep); }
        Answer operator()(const Leave &leave) const { return tables.leave(leave); }
    };
    return std::visit(Each{*this}, statement);
}

Rows QueueSql::change(const QString &text)
{
    return {int(m_sql.message(text, [](const QSqlQuery &) { return true; }).size())};
}

Rows QueueSql::inTransaction(const QString &text)
{
    return change(transactionOf(text, m_timeout));
}

Rows QueueSql::join(const Join &join)
{
    return inTransaction(textOf(join) + u" RETURNING 1"_s);
}

Rows QueueSql::beat(const Beat &beat)
{
    const auto read = [](const QSqlQuery &row) { return idIn(row, 0); };
    const QString text = textOf(beat) + u" RETURNING beat"_s;
    const auto beats = m_sql.message(committedLocally(text, SqlDialect::Postgres), read);
    return {int(beats.size()), beats.isEmpty() ? 0 : beats.first()};
}

Sight QueueSql::look(const Look &look)
{
    Sight sight;
    std::unordered_map<TaskId, Seen> seen;
    for (const Found &found : m_sql.message(textOf(look), readFound)) {
        if (found.what == "mine"_L1)
            sight.mine.push_back({found.id, look.node, int(found.number)});
        else if (found.what == "watched"_L1)
            seen[found.id] = {found.id, std::uint64_t(found.number), stateOf(found.text), true};
        else if (found.what == "owner"_L1)
            sight.owners.push_back({found.id, QByteArray::fromBase64(found.text.toLatin1()).toStdString()});
        else
            sight.claimable = true;
    }
    std::ranges::sort(sight.mine);
    std::ranges::sort(sight.owners, {}, &Said::node);
    for (const TaskId task : look.watched) {
        const auto found = seen.find(task);
        sight.watched.push_back(found == seen.end() ? Seen{task, 0, TaskState::Queued, false} : found->second);
    }
    return sight;
}

Claims QueueSql::claim(const Claim &claim)
{
    const auto read = [&](const QSqlQuery &row) {
        Claimed claimed{{idIn(row, 2), claim.node, row.value(3).toInt()}, textIn(row, 4), {}};
        if (!row.value(5).isNull())
            claimed.kept = textIn(row, 5);
        return Next{{row.value(0).toInt(), row.value(1).toLongLong()}, std::move(claimed)};
    };
    auto rows = m_sql.message(transactionOf(textOf(claim), m_timeout), read);
    std::ranges::sort(rows, {}, &Next::place); // RETURNING keeps no order
    Claims claims;
    for (Next &next : rows)
        claims.tasks.push_back(std::move(next.claimed));
    return claims;
}

Rows QueueSql::end(const End &end)
{
    return inTransaction(textOf(end) + u" RETURNING 1"_s);
}

Rows QueueSql::giveBack(const GiveBack &giveBack)
{
    return inTransaction(textOf(giveBack, m_rules) + u" RETURNING 1"_s);
}

Rows QueueSql::keepResult(const KeepResult &keep)
{
    return inTransaction(textOf(keep) + u" RETURNING 1"_s);
}

Suspects QueueSql::survey(const Survey &survey)
{
    Suspects suspects;
    for (const Suspect &suspect : m_sql.message(textOf(survey), readSuspect)) {
        if (suspect.node == survey.node)
            suspects.ownBeat = suspect.beat;
        else
            suspects.nodes.push_back(suspect);
    }
    std::ranges::sort(suspects.nodes, {}, &Suspect::node);
    return suspects;
}

Rows QueueSql::markDead(const MarkDead &dead)
{
    return change(textOf(dead) + u" RETURNING 1"_s);
}

Rows QueueSql::sweep(const Sweep &sweep)
{
    if (sweep.pause > Milliseconds(0) && !takeTurn(m_sql, u"sweep"_s, sweep.pause))
        return {0};
    return inTransaction(committedLocally(textOf(sweep, m_rules), SqlDialect::Postgres));
}

Rows QueueSql::leave(const Leave &leave)
{
    return inTransaction(textOf(leave) + u" RETURNING 1"_s);
}

Accepted QueueSql::accept(const Request &request)
{
    struct Named {
        TaskId task;
        bool same;
    };
    const QString text = transactionOf(textOf(request), m_timeout);
    const auto read = [](const QSqlQuery &row) { return Named{idIn(row, 0), row.value(1).toBool()}; };
    for (int round = 0; round < acceptRounds; ++round) {
        const auto named = m_sql.message(text, read);
        if (!named.isEmpty())
            return named.first().same ? Accepted(named.first().task) : Refusal::OtherPayload;
        if (!request.mayBeNew)
            return Refusal::NoRoom;
    }
    throw SqlError(SqlTrouble::Busy, u"the tasks of this payload end faster than they can be looked at"_s);
}

Rows QueueSql::cancel(TaskId task)
{
    return inTransaction(textOfCancel(task) + u" RETURNING 1"_s);
}

} // namespace openloop::queue
