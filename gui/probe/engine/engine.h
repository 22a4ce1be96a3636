// SPDX-License-Identifier: GPL-3.0-or-later
// The measuring instrument as the rest of the program sees it: targets in, batches of samples out ten times a
// second.
#pragma once

#include "gui/probe/engine/batch.h"
#include "gui/probe/targets/target.h"

#include <QObject>

#include <memory>

namespace openloop::probe {

/// Probes any number of targets on an open-loop schedule. Lives in the caller's thread, which needs an event
/// loop; measuring happens in a thread of its own (libcurl), load in another, the control responder in a
/// third. Destructor stops and joins, within 100 ms.
class Engine : public QObject
{
    Q_OBJECT

public:
    using Options = EngineOptions;
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
    bool isMuted(const QString &name) const;

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
