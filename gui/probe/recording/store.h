// SPDX-License-Identifier: GPL-3.0-or-later
// Sessions on disk: everything measured, in SQLite, so that a spike can be shown tomorrow and two runs
// compared.
#pragma once

#include "gui/probe/engine/batch.h"
#include "gui/probe/samples/series.h"
#include "gui/probe/targets/target.h"

#include <QObject>

#include <memory>

namespace openloop::probe {

/// An entry of the event log (rule fired, load set, measurement in doubt...).
struct LogEntry {
    Instant at;
    QString kind; ///< "alert", "recovery", "load", "trust", "experiment", "note", "certificate"
    QString target; ///< may be empty
    /// Of a load: how many requests are kept in flight from then on; of trust: why there is none, empty while there is;
    /// of a certificate: seconds until its end.
    QString text;

    static LogEntry load(Instant at, const QString &target, int n)
    {
        return {at, QStringLiteral("load"), target, QString::number(n)};
    }
    static LogEntry certificate(Instant at, const QString &target, Nanoseconds left)
    {
        return {at, certificateKind, target, QString::number(left / std::chrono::seconds(1))};
    }
    static constexpr QLatin1String certificateKind{"certificate"};
};

/// Writes one session to an SQLite file in a thread of its own: WAL, one transaction a second, samples
/// packed, changes of trust as log entries. Killed at any moment, the file holds all but the last second or so. On a
/// full disk it says so once, keeps trying, keeps what it has in memory, and measuring goes on. Destructor writes what
/// it has.
class SessionRecorder : public QObject
{
    Q_OBJECT

public:
    struct Options {
        /// Beyond it the oldest single samples go, then the oldest rollups. The log is kept to its last 100,000
        /// entries.
        qint64 maxBytes = qint64(4) << 30;
        std::chrono::milliseconds flushInterval{1000};
        std::size_t keptWhileBroken = 2'000'000; ///< samples that wait for room on the disk: 48 MB
    };

    /// path: a new file, or an existing one that gets one more session.
    explicit SessionRecorder(const QString &path, QObject *parent = nullptr);
    SessionRecorder(const QString &path, const Options &options, QObject *parent = nullptr);
    ~SessionRecorder() override;

    void begin(const QList<Target> &targets, Instant origin, const WallClock &wall);
    void add(const Batch &batch);
    void add(const LogEntry &entry);
    void setTargets(const QList<Target> &targets);
    /// Waits until all that was added is on disk or has failed. Returns why not all of it is in the file, whose path
    /// stands first; empty: it is.
    QString flush();
    QString path() const;

    /// Why no session can be recorded in the file of that path, which it names; empty: one can, and the file is there
    /// for it. A file that is no recording stays as it is.
    static QString problemWith(const QString &path);
    /// A fresh file name in the XDG data folder, by date and time.
    static QString defaultPath();

signals:
    void failed(const QString &problem); ///< "path: cause"; once per spell of trouble
    void recovered(); ///< what was kept is in the file

private:
    class Writer;
    std::unique_ptr<Writer> m_writer;
};

/// Reads a recording, also one that is being written or was cut short. Not thread-safe; any one thread.
class SessionReader
{
public:
    struct Summary {
        qint64 id = 0;
        QDateTime startedAt;
        Instant origin;
        Instant until; ///< the millisecond after the last answer: ranges do without their ends
        QList<Target> targets;
        WallClock wall;
    };

    explicit SessionReader(const QString &path);
    ~SessionReader();

    QString error() const; ///< empty: readable
    QList<Summary> sessions() const; ///< oldest first

    /// Rollups and gaps of one target at once; single samples by loadSamples. 24 h of 20 targets take well
    /// under 2 s.
    Series series(qint64 session, const QString &target) const;
    /// Adds the single samples due in [from, until) to a series of this reader.
    void loadSamples(qint64 session, const QString &target, Instant from, Instant until, Series &into) const;
    void loadControlSamples(qint64 session, Instant from, Instant until, Series &into) const;
    /// As series(), of the control probe.
    Series controlSeries(qint64 session) const;
    QList<LogEntry> log(qint64 session) const;
    /// Samples of all targets in [from, until) as the engine would have sent them, for replay.
    Batch batch(qint64 session, Instant from, Instant until) const;

private:
    class Database;
    std::unique_ptr<Database> m_database;
};

} // namespace openloop::probe
