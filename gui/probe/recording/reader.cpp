// SPDX-License-Identifier: GPL-3.0-or-later
// Reading sessions: a query that fails half-way (a file cut short) still gives what came before.
#include "gui/probe/recording/schema.h"
#include "gui/probe/recording/store.h"

#include <QJsonDocument>
#include <QSqlError>
#include <QSqlQuery>
#include <QVariant>

#include <algorithm>
#include <cstring>
#include <utility>

using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

void append(std::vector<PackedSample> &samples, const QByteArray &bytes)
{
    const auto count = static_cast<std::size_t>(bytes.size()) / sizeof(PackedSample);
    if (count == 0) // no room to copy to: a vector without elements may have none
        return;
    const auto old = samples.size();
    samples.resize(old + count);
    std::memcpy(samples.data() + old, bytes.constData(), count * sizeof(PackedSample));
    std::erase_if(samples, [](const PackedSample &sample) { return !sample.isSound(); });
}

// What a damaged file may hold is brought into a range where the sum of a few stays within 64 bits.
constexpr Nanoseconds longest{qint64(1) << 58}; // nine years

qint64 numberIn(const QVariant &value, qint64 most)
{
    return std::clamp(value.toLongLong(), -most, most);
}

Nanoseconds timeIn(const QVariant &value)
{
    return Nanoseconds(numberIn(value, longest.count()));
}

qint64 placeIn(const QVariant &value)
{
    return numberIn(value, longest / Series::rollup);
}

/// The rows of a query: as many as the file has room for, as pages that are linked often would give them for ever.
class Rows
{
public:
    Rows(QSqlQuery query, qint64 most) : m_query(std::move(query)), m_left(most) { }

    bool next() { return m_left-- > 0 && m_query.next(); }
    QVariant value(int column) const { return m_query.value(column); }

private:
    QSqlQuery m_query;
    qint64 m_left;
};

constexpr qint64 smallestRow = 4; // bytes, of SQLite

} // namespace

class SessionReader::Database
{
public:
    explicit Database(const QString &path) : file(path, SessionFile::Mode::Read) { }

    Rows query(const QString &sql, const QVariantList &values = {}) const
    {
        QSqlQuery query(file.database());
        query.exec(u"SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"_s);
        const qint64 size = query.next() ? query.value(0).toLongLong() : 0;
        query.setForwardOnly(true);
        query.prepare(sql);
        for (const auto &value : values)
            query.addBindValue(value);
        query.exec();
        return {std::move(query), size / smallestRow};
    }
    qint64 targetId(qint64 session, const QString &name) const
    {
        auto found = query(u"SELECT id FROM target WHERE session = ? AND name = ?"_s, {session, name});
        return found.next() ? found.value(0).toLongLong() : -1;
    }
    Instant origin(qint64 session) const
    {
        auto found = query(u"SELECT origin FROM session WHERE id = ?"_s, {session});
        return Instant(found.next() ? timeIn(found.value(0)) : Nanoseconds(0));
    }
    std::vector<PackedSample> fresh(qint64 target) const
    {
        std::vector<PackedSample> samples;
        auto rows = query(u"SELECT bytes FROM fresh WHERE target = ? ORDER BY id"_s, {target});
        while (rows.next())
            append(samples, rows.value(0).toByteArray());
        return samples;
    }
    /// Of the last half minute, and all that are fresh.
    std::vector<PackedSample> last(qint64 target) const
    {
        auto samples = fresh(target);
        auto row = query(u"SELECT bytes FROM samples WHERE target = ? ORDER BY last DESC LIMIT 1"_s, {target});
        if (row.next())
            append(samples, row.value(0).toByteArray());
        return samples;
    }
    /// Due in [from, until), unordered.
    std::vector<PackedSample> samples(qint64 target, Nanoseconds from, Nanoseconds until) const
    {
        std::vector<PackedSample> samples;
        // Those that begin later come without their bytes: what is left out by SQLite would not be counted.
        auto rows = query(u"SELECT CASE WHEN first < ? THEN bytes END FROM samples WHERE target = ? AND last >= ?"_s,
                          {static_cast<qint64>(until.count()), target, static_cast<qint64>(from.count())});
        while (rows.next())
            append(samples, rows.value(0).toByteArray());
        const auto last = fresh(target);
        samples.insert(samples.end(), last.begin(), last.end());
        std::erase_if(samples,
                      [&](const PackedSample &sample) { return sample.due() < from || sample.due() >= until; });
        return samples;
    }

    SessionFile file;
};

SessionReader::SessionReader(const QString &path) : m_database(std::make_unique<Database>(path)) { }

SessionReader::~SessionReader() = default;

QString SessionReader::error() const
{
    return m_database->file.error();
}

QList<SessionReader::Summary> SessionReader::sessions() const
{
    QList<Summary> sessions;
    if (!error().isEmpty())
        return sessions;
    auto rows = m_database->query(u"SELECT id, origin, wall_ms FROM session ORDER BY id"_s);
    while (rows.next()) {
        Summary summary;
        summary.id = rows.value(0).toLongLong();
        summary.origin = Instant(timeIn(rows.value(1)));
        summary.until = summary.origin;
        const auto wallMs = numberIn(rows.value(2), 16 * (longest / std::chrono::milliseconds(1))); // until 2116
        summary.startedAt = QDateTime::fromMSecsSinceEpoch(wallMs);
        summary.wall = WallClock(summary.origin, WallClock::Wall(std::chrono::milliseconds(wallMs)));
        auto targets =
            m_database->query(u"SELECT id, name, json FROM target WHERE session = ? ORDER BY id"_s, {summary.id});
        while (targets.next()) {
            for (const auto &sample : m_database->last(targets.value(0).toLongLong()))
                summary.until = std::max(summary.until, summary.origin + sample.due() + sample.response());
            const auto name = targets.value(1).toString();
            if (name == controlName)
                continue;
            const auto parsed = targetFromJson(QJsonDocument::fromJson(targets.value(2).toByteArray()).object());
            auto target = parsed ? *parsed : Target();
            target.name = name;
            summary.targets.append(target);
        }
        summary.until = std::chrono::floor<std::chrono::milliseconds>(summary.until) + 1ms;
        auto gaps = m_database->query(u"SELECT last, lost FROM gap WHERE session = ? AND lost > 0 ORDER BY last"_s,
                                      {summary.id});
        for (Nanoseconds lost{0}; gaps.next() && lost < longest; lost += timeIn(gaps.value(1)))
            summary.wall.shift(summary.origin + timeIn(gaps.value(0)), timeIn(gaps.value(1)));
        sessions.append(summary);
    }
    return sessions;
}

Series SessionReader::series(qint64 session, const QString &target) const
{
    Series series(m_database->origin(session));
    const auto id = m_database->targetId(session, target);
    auto rollups = m_database->query(u"SELECT place, bytes FROM rollups WHERE target = ? ORDER BY place"_s, {id});
    while (rollups.next())
        series.addRollup(placeIn(rollups.value(0)), Statistics::fromBytes(rollups.value(1).toByteArray()));
    for (const auto &sample : m_database->fresh(id)) {
        Statistics one;
        one.add(sample);
        series.addRollup(sample.due() / Series::rollup, one);
    }
    auto gaps =
        m_database->query(u"SELECT reason, first, last, lost FROM gap WHERE session = ? ORDER BY first"_s, {session});
    while (gaps.next()) {
        series.addGap(
            {static_cast<GapReason>(std::clamp(gaps.value(0).toInt(), 0, static_cast<int>(GapReason::Stopped))),
             series.origin() + timeIn(gaps.value(1)), series.origin() + timeIn(gaps.value(2)), timeIn(gaps.value(3))});
    }
    return series;
}

void SessionReader::loadSamples(qint64 session, const QString &target, Instant from, Instant until, Series &into) const
{
    const auto id = m_database->targetId(session, target);
    into.setSamples(from, until, m_database->samples(id, from - into.origin(), until - into.origin()));
}

Series SessionReader::controlSeries(qint64 session) const
{
    return series(session, controlName);
}

void SessionReader::loadControlSamples(qint64 session, Instant from, Instant until, Series &into) const
{
    loadSamples(session, controlName, from, until, into);
}

QList<LogEntry> SessionReader::log(qint64 session) const
{
    QList<LogEntry> entries;
    const auto origin = m_database->origin(session);
    auto rows =
        m_database->query(u"SELECT at, kind, target, text FROM log WHERE session = ? ORDER BY at, rowid"_s, {session});
    while (rows.next()) {
        entries.append({origin + timeIn(rows.value(0)), rows.value(1).toString(), rows.value(2).toString(),
                        rows.value(3).toString()});
    }
    return entries;
}

Batch SessionReader::batch(qint64 session, Instant from, Instant until) const
{
    Batch batch;
    batch.from = from;
    batch.until = until;
    const auto origin = m_database->origin(session);
    auto targets = m_database->query(u"SELECT id, name FROM target WHERE session = ? ORDER BY id"_s, {session});
    while (targets.next()) {
        TargetBatch target;
        target.name = targets.value(1).toString();
        for (const auto &sample : m_database->samples(targets.value(0).toLongLong(), from - origin, until - origin))
            target.samples.append(sample.unpacked(origin));
        if (target.name == controlName)
            batch.control = target.samples;
        else
            batch.targets.append(target);
    }
    return batch;
}

} // namespace openloop::probe
