// SPDX-License-Identifier: GPL-3.0-or-later
// The measuring instrument as the rest of the program sees it: targets in, batches of samples out ten times a
// second.
#pragma once

#include "gui/probe/judgement/trust.h"
#include "gui/probe/samples/sample.h"
#include "gui/probe/targets/target.h"

#include <QObject>

#include <memory>

namespace openloop::probe {

/// What happened to one target since the last batch.
struct TargetBatch {
    QString name;
    QList<Sample> samples; ///< in the order they finished
    QList<Instant> open; ///< due times of unfinished ticks, oldest first, at most 256 of them
    int inFlight = 0;
    qint64 waiting = 0; ///< due ticks that wait for a place below the in-flight cap
    bool hasEnded = false; ///< no further tick: Options::length is over
};

/// What the load generator did since load was set.
struct LoadState {
    QString name;
    int wanted = 0; ///< requests kept in flight; 0: off
    int inFlight = 0;
    qint64 completed = 0; ///< answers of any status
    qint64 failed = 0; ///< of them errors, plus those without an answer
};

/// Whether there really was load. Requests that are under way most of the time are load too, though their answers
/// come after their deadline.
class LoadWitness
{
public:
    void add(const LoadState &load)
    {
        if (load.wanted == 0)
            return;
        m_last = load;
        ++m_batches;
        m_underWay += load.inFlight > 0 ? 1 : 0;
    }
    /// The latest state while there was to be load.
    const LoadState &last() const { return m_last; }
    bool wasWanted() const { return m_batches > 0; }
    bool sawLoad() const { return 2 * m_underWay > m_batches || m_last.completed > m_last.failed; }

private:
    LoadState m_last;
    int m_batches = 0;
    int m_underWay = 0; ///< of them, those that found requests in flight
};

/// Everything since the last batch; `until` of one is `from` of the next.
struct Batch {
    Instant from;
    Instant until;
    QList<TargetBatch> targets;
    QList<Sample> control; ///< of the in-process responder
    QList<Nanoseconds> lags; ///< how late the probe thread came to each due tick
    QList<Gap> gaps; ///< ended in this batch
    QList<LoadState> loads;
    std::optional<ProcessorTime> processors; ///< when the batch was delivered
    Trust trust; ///< of the last 10 s

    const TargetBatch *find(const QString &name) const;
    /// Tells `judge` what it needs to know about this machine.
    void addTo(TrustJudge &judge) const;
};

/// Probes any number of targets on an open-loop schedule. Lives in the caller's thread, which needs an event
/// loop; measuring happens in a thread of its own (libcurl), load in another, the control responder in a
/// third. Destructor stops and joins, within 100 ms.
class Engine : public QObject
{
    Q_OBJECT

public:
    struct Options {
        std::chrono::milliseconds batchInterval{100};
        int inFlightCap = 64; ///< per target
        qsizetype waitingCap = 10'000; ///< per target; beyond it ticks are skipped
        bool control = true; ///< false: no control probe, for tests
        TrustLimits trustLimits;
        std::optional<Nanoseconds> length; ///< of each target's schedule, from its first tick; nothing: no end
    };
    enum class State { Stopped, Running, Paused, Finishing };

    static constexpr int maxLoad = 256; ///< requests in flight per setLoad

    explicit Engine(QObject *parent = nullptr);
    explicit Engine(const Options &options, QObject *parent = nullptr);
    ~Engine() override;

    /// Targets with unique names. Those that stay unchanged keep their schedule and connections.
    void setTargets(const QList<Target> &targets);
    const QList<Target> &targets() const;

    void start(); ///< from Stopped: a new origin and wall clock
    void pause(); ///< no ticks become due until resume(); a gap of reason Paused
    void resume();
    void stop(); ///< at once: what is in flight is dropped
    /// No further ticks; drained() when those that are due have been answered or have timed out.
    void finish();
    State state() const;

    /// Keeps n requests of the named target in flight, on connections of their own; 0 ends it and drops them.
    /// n: 0..maxLoad, clamped. Unknown names are ignored.
    void setLoad(const QString &name, int n);
    int load(const QString &name) const;

    /// A muted target has no ticks; its schedule's grid and its connections stay. Unknown names are ignored.
    void setMuted(const QString &name, bool muted);

    Instant origin() const; ///< of the last start()
    const WallClock &wallClock() const;
    const Trust &trust() const; ///< of the last 10 s
    Trust trustOfRun() const; ///< since start()

signals:
    void batch(const openloop::probe::Batch &batch);
    void stateChanged(openloop::probe::Engine::State state);
    void trustChanged(const openloop::probe::Trust &trust); ///< the level changed
    void drained(); ///< after finish(), and after the last batch

private:
    class Private;
    std::unique_ptr<Private> m_private;
};

} // namespace openloop::probe
