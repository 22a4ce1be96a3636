// SPDX-License-Identifier: GPL-3.0-or-later
// Writing sessions: batches come in from the caller's thread, one transaction a second goes out from another.
#include "common/paths.h"
#include "gui/probe/session_schema.h"
#include "gui/probe/session_store.h"

#include <QDateTime>
#include <QJsonDocument>
#include <QSqlError>
#include <QSqlQuery>
#include <QVariant>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe
{

namespace
{

constexpr int flushesPerCompaction = 30;
constexpr std::size_t samplesKeptWhileBroken = 2'000'000; // 48 MB

/// Nanoseconds as QVariant takes them.
qint64 ticks(Nanoseconds duration)
{
    return duration.count();
}

QByteArray bytesOf(const std::vector<PackedSample> &samples)
{
    return {reinterpret_cast<const char *>(samples.data()),
            static_cast<qsizetype>(samples.size() * sizeof(PackedSample))};
}

/// Ends the transaction of a flush; caught in one place.
struct SqlTrouble {
    QString text;
};

} // namespace

class SessionRecorder::Writer
{
public:
    Writer(SessionRecorder &recorder, const QString &path, const Options &options)
        : q(recorder)
        , path(path)
        , options(options)
        , thread([this](std::stop_token stop) { run(stop); })
    {
    }
    ~Writer()
    {
        thread.request_stop();
        thread.join();
    }

    void post(std::function<void()> work)
    {
        const std::lock_guard lock(mutex);
        posted.push_back(std::move(work));
    }
    void flush()
    {
        std::unique_lock lock(mutex);
        const auto wanted = ++flushesWanted;
        changed.notify_all();
        changed.wait(lock, [&] { return flushesDone >= wanted; });
    }

    // Writer's thread from here on, called by what was posted.
    void begin(const QList<Target> &targets, Instant from, const WallClock &wall);
    void addTargets(const QList<Target> &targets);
    void add(const Batch &batch);
    void add(const LogEntry &entry);

    SessionRecorder &q;
    const QString path;
    const Options options;

private:
    struct Recorded {
        qint64 id = 0; ///< 0: not in the file yet
        QString json;
        std::vector<PackedSample> pending; ///< not in the file
        std::vector<PackedSample> fresh; ///< in the table of that name
        std::map<qint64, Statistics> rollups; ///< of the last few places
    };
    struct Statement {
        QString sql;
        QVariantList values; ///< an invalid first one stands for the session
    };

    Recorded &recordedOf(const QString &name)
    {
        const auto [at, isNew] = targets.try_emplace(name);
        if (isNew)
            order.append(name);
        return at->second;
    }
    void run(std::stop_token stop);
    void write(bool compacts);
    void writeAll(QSqlDatabase &database, bool compacts);
    void ensureIds(QSqlDatabase &database);
    void compact(QSqlDatabase &database, Recorded &recorded) const;
    void makeRoom(QSqlDatabase &database) const;
    void committed(bool compacts);
    void limitMemory();
    void report(const QString &problem);
    static qint64 exec(QSqlDatabase &database, const QString &sql, const QVariantList &values = {});

    std::mutex mutex;
    std::condition_variable_any changed;
    std::vector<std::function<void()>> posted; ///< under the mutex
    int flushesWanted = 0, flushesDone = 0; ///< under the mutex

    std::unique_ptr<SessionFile> file;
    Instant origin;
    qint64 wallMs = 0;
    qint64 session = 0; ///< 0: not in the file yet
    bool begun = false;
    std::map<QString, Recorded> targets;
    QStringList order; ///< of the names, as they came
    std::vector<Statement> statements;
    bool inTrouble = false;

    std::jthread thread;
};

void SessionRecorder::Writer::run(std::stop_token stop)
{
    file = std::make_unique<SessionFile>(path, SessionFile::Mode::Write);
    int flushes = 0;
    for (bool last = false; !last;) {
        std::vector<std::function<void()>> work;
        int wanted = 0;
        {
            std::unique_lock lock(mutex);
            changed.wait_for(lock, stop, options.flushInterval,
                             [this] { return flushesWanted > flushesDone; });
            last = stop.stop_requested();
            work.swap(posted);
            wanted = flushesWanted;
        }
        for (const auto &step : work)
            step();
        const bool compacts = last || ++flushes % flushesPerCompaction == 0;
        if (begun)
            write(compacts);
        const std::lock_guard lock(mutex);
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
            statements.push_back(
                {u"UPDATE target SET json = ? WHERE id = ?"_s, {recorded.json, recorded.id}});
    }
}

void SessionRecorder::Writer::add(const Batch &batch)
{
    const auto addTo = [this](const QString &name, const QList<Sample> &samples) {
        auto &recorded = recordedOf(name);
        for (const auto &sample : samples)
            recorded.pending.emplace_back(sample, origin);
    };
    for (const auto &target : batch.targets)
        addTo(target.name, target.samples);
    addTo(controlName, batch.control);
    for (const auto &gap : batch.gaps) {
        statements.push_back({u"INSERT INTO gap VALUES (?, ?, ?, ?, ?)"_s,
                              {{},
                               static_cast<int>(gap.reason),
                               ticks(gap.from - origin),
                               ticks(gap.until - origin),
                               ticks(gap.lost)}});
    }
}

void SessionRecorder::Writer::add(const LogEntry &entry)
{
    // Columns that can't be null: a null QString would be bound as NULL.
    statements.push_back(
        {u"INSERT INTO log VALUES (?, ?, ?, ?, ?)"_s,
         {{}, ticks(entry.at - origin), entry.kind + u""_s, entry.target + u""_s, entry.text + u""_s}});
}

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

void SessionRecorder::Writer::write(bool compacts)
{
    if (!file->error().isEmpty()) {
        report(file->error());
        file = std::make_unique<SessionFile>(path, SessionFile::Mode::Write); // perhaps there is room by now
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
        report(trouble.text);
        limitMemory();
    }
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
    if (compacts)
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
        const auto [rollup, isNew] =
            rollups.try_emplace(sample.due() / Series::rollup, Statistics::Keep::Histogram);
        rollup->second.add(sample.outcome(), sample.response());
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
        if (used * pageSize <= options.maxBytes || exec(database, u"SELECT COUNT(*) FROM samples"_s) <= 1)
            return;
        exec(database, u"DELETE FROM samples WHERE id IN (SELECT id FROM samples ORDER BY id LIMIT 16)"_s);
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
            rollup->second.add(sample.outcome(), sample.response());
        }
        recorded.fresh.clear();
        while (recorded.rollups.size() > 240) // two hours: no answer is that late
            recorded.rollups.erase(recorded.rollups.begin());
    }
}

void SessionRecorder::Writer::limitMemory()
{
    for (auto &[name, recorded] : targets) {
        const auto most = samplesKeptWhileBroken / targets.size();
        if (recorded.pending.size() > most)
            recorded.pending.erase(recorded.pending.begin(),
                                   recorded.pending.end() - static_cast<std::ptrdiff_t>(most));
    }
}

void SessionRecorder::Writer::report(const QString &problem)
{
    if (problem.isEmpty() == !inTrouble)
        return;
    inTrouble = !problem.isEmpty();
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

SessionRecorder::SessionRecorder(const QString &path, QObject *parent)
    : SessionRecorder(path, Options(), parent)
{
}

SessionRecorder::SessionRecorder(const QString &path, const Options &options, QObject *parent)
    : QObject(parent)
{
    QSqlDatabase::isDriverAvailable(
        u"QSQLITE"_s); // loads the plugin here, once, before other threads want it
    m_writer = std::make_unique<Writer>(*this, path, options);
}

SessionRecorder::~SessionRecorder() = default;

void SessionRecorder::begin(const QList<Target> &targets, Instant origin, const WallClock &wall)
{
    m_writer->post([this, targets, origin, wall] { m_writer->begin(targets, origin, wall); });
}

void SessionRecorder::add(const Batch &batch)
{
    m_writer->post([this, batch] { m_writer->add(batch); });
}

void SessionRecorder::add(const LogEntry &entry)
{
    m_writer->post([this, entry] { m_writer->add(entry); });
}

void SessionRecorder::setTargets(const QList<Target> &targets)
{
    m_writer->post([this, targets] { m_writer->addTargets(targets); });
}

void SessionRecorder::flush()
{
    m_writer->flush();
}

QString SessionRecorder::path() const
{
    return m_writer->path;
}

QString SessionRecorder::defaultPath()
{
    return paths::dataFile(
        u"session-%1.sqlite"_s.arg(QDateTime::currentDateTime().toString(u"yyyy-MM-dd-HHmmss-zzz"_s)));
}

} // namespace openloop::probe
