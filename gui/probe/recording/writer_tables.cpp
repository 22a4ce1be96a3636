// SPDX-License-Identifier: GPL-3.0-or-later
// What goes into which table, within one transaction.
#include "gui/probe/recording/writer.h"

#include <QSqlError>
#include <QSqlQuery>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

constexpr qint64 mostEntries = 100'000; // of the log, and of gaps

QByteArray bytesOf(const std::vector<PackedSample> &samples)
{
    return {reinterpret_cast<const char *>(samples.data()),
            static_cast<qsizetype>(samples.size() * sizeof(PackedSample))};
}

} // namespace

qint64 SessionRecorder::Writer::exec(QSqlDatabase &database, const QString &sql, const QVariantList &values)
{
    QSqlQuery query(database);
    query.setForwardOnly(true);
    if (!query.prepare(sql))
        throw SqlTrouble{query.lastError().databaseText()};
    for (const auto &value : values)
        query.addBindValue(value);
    if (!query.exec())
        throw SqlTrouble{query.lastError().databaseText()};
    if (query.next())
        return query.value(0).toLongLong();
    return query.lastInsertId().toLongLong();
}

void SessionRecorder::Writer::ensureIds(QSqlDatabase &database)
{
    if (session == 0) {
        session = exec(database, u"INSERT INTO session (origin, wall_ms) VALUES (?, ?)"_s,
                       {ticks(origin.time_since_epoch()), wallMs});
    }
    for (const auto &name : std::as_const(order)) {
        auto &recorded = targets[name];
        if (recorded.id == 0) {
            recorded.id = exec(database, u"INSERT INTO target (session, name, json) VALUES (?, ?, ?)"_s,
                               {session, name, recorded.json.isEmpty() ? u"{}"_s : recorded.json});
        }
    }
}

void SessionRecorder::Writer::writeAll(QSqlDatabase &database, bool compacts)
{
    ensureIds(database);
    for (auto statement : statements) {
        if (!statement.values.first().isValid())
            statement.values.first() = session;
        exec(database, statement.sql, statement.values);
    }
    for (auto &[name, recorded] : targets) {
        if (compacts)
            compact(database, recorded);
        else if (!recorded.pending.empty())
            exec(database, u"INSERT INTO fresh (target, bytes) VALUES (?, ?)"_s,
                 {recorded.id, bytesOf(recorded.pending)});
    }
    if (!compacts)
        return;
    for (const auto &table : {u"log"_s, u"gap"_s})
        exec(database, u"DELETE FROM %1 WHERE rowid <= (SELECT MAX(rowid) FROM %1) - %2"_s.arg(table).arg(mostEntries));
    makeRoom(database);
}

void SessionRecorder::Writer::compact(QSqlDatabase &database, Recorded &recorded) const
{
    auto samples = recorded.fresh;
    samples.insert(samples.end(), recorded.pending.begin(), recorded.pending.end());
    if (samples.empty())
        return;
    std::ranges::stable_sort(samples, {}, &PackedSample::due);
    auto rollups = recorded.rollups;
    for (const auto &sample : samples) {
        const auto [rollup, isNew] = rollups.try_emplace(sample.due() / Series::rollup, Statistics::Keep::Histogram);
        rollup->second.add(sample);
    }
    for (auto at = rollups.lower_bound(samples.front().due() / Series::rollup); at != rollups.end(); ++at)
        exec(database, u"INSERT OR REPLACE INTO rollups VALUES (?, ?, ?)"_s,
             {recorded.id, at->first, at->second.toBytes()});
    exec(database, u"INSERT INTO samples (target, first, last, bytes) VALUES (?, ?, ?, ?)"_s,
         {recorded.id, ticks(samples.front().due()), ticks(samples.back().due()), bytesOf(samples)});
    exec(database, u"DELETE FROM fresh WHERE target = ?"_s, {recorded.id});
}

void SessionRecorder::Writer::makeRoom(QSqlDatabase &database) const
{
    const auto pageSize = exec(database, u"PRAGMA page_size"_s);
    for (int i = 0; i < 1000; ++i) {
        const auto used = exec(database, u"PRAGMA page_count"_s) - exec(database, u"PRAGMA freelist_count"_s);
        if (used * pageSize <= options.maxBytes)
            return;
        if (exec(database, u"SELECT COUNT(*) FROM samples"_s) > 1)
            exec(database, u"DELETE FROM samples WHERE id IN (SELECT id FROM samples ORDER BY id LIMIT 16)"_s);
        else if (!forgetRollups(database))
            return;
    }
}

/// An hour of them: of what was measured in earlier sessions first. False: none is left to go.
bool SessionRecorder::Writer::forgetRollups(QSqlDatabase &database) const
{
    constexpr qint64 places = std::chrono::hours(1) / Series::rollup;
    const auto forget = [&](qint64 target) {
        const auto first = exec(database, u"SELECT MIN(place) FROM rollups WHERE target = ?"_s, {target});
        const auto last = exec(database, u"SELECT MAX(place) FROM rollups WHERE target = ?"_s, {target});
        if (last - first < places)
            return false;
        exec(database, u"DELETE FROM rollups WHERE target = ? AND place < ?"_s, {target, first + places});
        return true;
    };
    const auto oldest = exec(database, u"SELECT MIN(target) FROM rollups"_s);
    if (std::ranges::none_of(targets, [oldest](const auto &one) { return one.second.id == oldest; })) {
        if (!forget(oldest))
            exec(database, u"DELETE FROM rollups WHERE target = ?"_s, {oldest});
        return true;
    }
    bool forgot = false;
    for (const auto &[name, recorded] : targets)
        forgot = forget(recorded.id) || forgot;
    return forgot;
}

} // namespace openloop::probe
