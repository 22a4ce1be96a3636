// SPDX-License-Identifier: GPL-3.0-or-later
// The thread: what it gathers, and what it does when writing fails.
#include "gui/probe/recording/writer.h"

#include <QJsonDocument>
#include <QSqlQuery>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

constexpr int flushesPerCompaction = 30;
} // namespace

void SessionRecorder::Writer::open()
{
    file = std::make_unique<SessionFile>(path, SessionFile::Mode::Write);
    identity = identityOf(path);
}

QString SessionRecorder::Writer::whatIsMissing() const
{
    if (!trouble.isEmpty())
        return trouble;
    if (givenUp > 0)
        return u"%1: %2 samples had no room in memory while it could not be written"_s.arg(path,
                                                                                           QString::number(givenUp));
    return begun && identityOf(path) != identity ? u"%1: removed or replaced while it was recorded"_s.arg(path)
                                                 : QString();
}

void SessionRecorder::Writer::run(std::stop_token stop)
{
    open();
    int flushes = 0;
    for (bool last = false; !last;) {
        std::vector<std::function<void()>> work;
        int wanted = 0;
        {
            std::unique_lock lock(mutex);
            changed.wait_for(lock, stop, options.flushInterval, [this] { return flushesWanted > flushesDone; });
            last = stop.stop_requested();
            work.swap(posted);
            wanted = flushesWanted;
        }
        for (const auto &step : work)
            step();
        const bool compacts = last || ++flushes % flushesPerCompaction == 0;
        if (begun)
            write(compacts);
        const auto now = whatIsMissing();
        const std::lock_guard lock(mutex);
        missing = now;
        flushesDone = wanted;
        changed.notify_all();
    }
    file.reset();
}

void SessionRecorder::Writer::begin(const QList<Target> &first, Instant from, const WallClock &wall)
{
    if (begun) // one more session in the same file
        write(true);
    origin = from;
    wallMs = wall.dateTime(from).toMSecsSinceEpoch();
    session = 0;
    trust = TrustLevel::Unknown;
    begun = true;
    targets.clear();
    order.clear();
    statements.clear();
    addTargets(first);
}

void SessionRecorder::Writer::addTargets(const QList<Target> &list)
{
    for (const auto &target : list) {
        auto &recorded = recordedOf(target.name);
        recorded.json = QString::fromUtf8(QJsonDocument(toJson(target)).toJson(QJsonDocument::Compact));
        if (recorded.id != 0)
            statements.push_back({u"UPDATE target SET json = ? WHERE id = ?"_s, {recorded.json, recorded.id}});
    }
}

void SessionRecorder::Writer::add(const Batch &batch)
{
    const auto addTo = [this](const QString &name, const QList<Sample> &samples) {
        auto &recorded = recordedOf(name);
        for (const auto &sample : samples) {
            recorded.pending.emplace_back(sample, origin);
            noteCertificate(name, recorded, sample);
        }
    };
    for (const auto &target : batch.targets)
        addTo(target.name, target.samples);
    addTo(controlName, batch.control);
    if (batch.trust.level != trust && batch.trust.level != TrustLevel::Unknown) {
        trust = batch.trust.level;
        add(LogEntry{batch.until, u"trust"_s, {}, batch.trust.reason});
    }
    for (const auto &gap : batch.gaps) {
        statements.push_back(
            {u"INSERT INTO gap VALUES (?, ?, ?, ?, ?)"_s,
             {{}, static_cast<int>(gap.reason), ticks(gap.from - origin), ticks(gap.until - origin), ticks(gap.lost)}});
    }
}

void SessionRecorder::Writer::noteCertificate(const QString &name, Recorded &recorded, const Sample &sample)
{
    constexpr auto worthALine = std::chrono::minutes(1); // two clocks are apart by less
    if (!sample.certificateLeft)
        return;
    const auto end = sample.done + *sample.certificateLeft;
    if (recorded.certificateEnd && std::chrono::abs(end - *recorded.certificateEnd) < worthALine)
        return;
    recorded.certificateEnd = end;
    add(LogEntry::certificate(sample.done, name, *sample.certificateLeft));
}

void SessionRecorder::Writer::add(const LogEntry &entry)
{
    // Columns that can't be null: a null QString would be bound as NULL.
    statements.push_back(
        {u"INSERT INTO log VALUES (?, ?, ?, ?, ?)"_s,
         {{}, ticks(entry.at - origin), entry.kind + u""_s, entry.target + u""_s, entry.text + u""_s}});
}

void SessionRecorder::Writer::write(bool compacts)
{
    if (!file->error().isEmpty()) {
        report(file->error());
        open(); // perhaps there is room by now
        if (!file->error().isEmpty())
            return limitMemory();
    }
    auto database = file->database();
    // Ids given in a transaction that fails must not stay.
    const auto sessionBefore = session;
    std::vector<std::pair<Recorded *, qint64>> idsBefore;
    for (auto &[name, recorded] : targets)
        idsBefore.push_back({&recorded, recorded.id});
    try {
        exec(database, u"BEGIN IMMEDIATE"_s);
        writeAll(database, compacts);
        exec(database, u"COMMIT"_s);
        committed(compacts);
        report({});
    } catch (const SqlTrouble &trouble) {
        QSqlQuery(database).exec(u"ROLLBACK"_s);
        session = sessionBefore;
        for (const auto &[recorded, id] : idsBefore)
            recorded->id = id;
        report(u"%1: %2"_s.arg(path, trouble.text));
        limitMemory();
    }
}

void SessionRecorder::Writer::committed(bool compacts)
{
    statements.clear();
    for (auto &[name, recorded] : targets) {
        recorded.fresh.insert(recorded.fresh.end(), recorded.pending.begin(), recorded.pending.end());
        recorded.pending.clear();
        if (!compacts)
            continue;
        for (const auto &sample : recorded.fresh) {
            const auto [rollup, isNew] =
                recorded.rollups.try_emplace(sample.due() / Series::rollup, Statistics::Keep::Histogram);
            rollup->second.add(sample);
        }
        recorded.fresh.clear();
        while (recorded.rollups.size() > 240) // two hours: no answer is that late
            recorded.rollups.erase(recorded.rollups.begin());
    }
}

void SessionRecorder::Writer::limitMemory()
{
    for (auto &[name, recorded] : targets) {
        const auto most = options.keptWhileBroken / targets.size();
        if (recorded.pending.size() <= most)
            continue;
        givenUp += recorded.pending.size() - most;
        recorded.pending.erase(recorded.pending.begin(), recorded.pending.end() - static_cast<std::ptrdiff_t>(most));
    }
}

void SessionRecorder::Writer::report(const QString &problem)
{
    const bool changes = problem.isEmpty() != trouble.isEmpty();
    trouble = problem;
    if (!changes)
        return;
    QMetaObject::invokeMethod(
        &q,
        [this, problem] {
            if (problem.isEmpty())
                emit q.recovered();
            else
                emit q.failed(problem);
        },
        Qt::QueuedConnection);
}

} // namespace openloop::probe
