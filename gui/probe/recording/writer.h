// SPDX-License-Identifier: GPL-3.0-or-later
// The thread behind SessionRecorder: takes what is posted, writes it once a second, keeps it while the disk is in
// trouble.
#pragma once

#include "gui/probe/recording/file_identity.h"
#include "gui/probe/recording/schema.h"
#include "gui/probe/recording/store.h"

#include <QVariant>

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace openloop::probe {

/// One session's way into its file. post() and flush(): any thread; the rest is what is posted.
class SessionRecorder::Writer
{
public:
    Writer(SessionRecorder &recorder, const QString &path, const Options &options)
        : q(recorder), path(path), options(options), thread([this](std::stop_token stop) { run(stop); })
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
    QString flush()
    {
        std::unique_lock lock(mutex);
        const auto wanted = ++flushesWanted;
        changed.notify_all();
        changed.wait(lock, [&] { return flushesDone >= wanted; });
        return missing;
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
        std::optional<Instant> certificateEnd{}; ///< as it was last logged
    };
    /// Ends the transaction of a flush; caught in one place.
    struct SqlTrouble {
        QString text;
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
    void open();
    QString whatIsMissing() const;
    void write(bool compacts);
    void writeAll(QSqlDatabase &database, bool compacts);
    void ensureIds(QSqlDatabase &database);
    void compact(QSqlDatabase &database, Recorded &recorded) const;
    void makeRoom(QSqlDatabase &database) const;
    bool forgetRollups(QSqlDatabase &database) const;
    void noteCertificate(const QString &name, Recorded &recorded, const Sample &sample);
    void committed(bool compacts);
    void limitMemory();
    void report(const QString &problem);
    static qint64 exec(QSqlDatabase &database, const QString &sql, const QVariantList &values = {});

    std::mutex mutex;
    std::condition_variable_any changed;
    std::vector<std::function<void()>> posted; ///< under the mutex
    int flushesWanted = 0, flushesDone = 0; ///< under the mutex
    QString missing; ///< why not all is in the file; under the mutex

    std::unique_ptr<SessionFile> file;
    std::optional<FileIdentity> identity; ///< of `file`
    Instant origin;
    qint64 wallMs = 0;
    qint64 session = 0; ///< 0: not in the file yet
    bool begun = false;
    TrustLevel trust = TrustLevel::Unknown; ///< as recorded last
    std::map<QString, Recorded> targets;
    QStringList order; ///< of the names, as they came
    std::vector<Statement> statements;
    QString trouble; ///< that of the last attempt; empty: it succeeded
    std::size_t givenUp = 0; ///< samples for which there was no memory while the disk was full

    std::jthread thread;
};

} // namespace openloop::probe
