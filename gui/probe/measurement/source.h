// SPDX-License-Identifier: GPL-3.0-or-later
// Where a measurement comes from, so that it need not ask whether it is of now or of a recording.
#pragma once

#include "gui/probe/engine/batch.h"
#include "gui/probe/recording/store.h"

#include <QObject>

namespace openloop::probe {

/// An engine that measures, or a recording. What one of them can't do it does not do. Main thread.
class Source : public QObject
{
    Q_OBJECT

public:
    virtual bool isLive() const = 0;
    virtual QList<Target> targets() const = 0;
    virtual Instant origin() const = 0;
    virtual Instant end() const = 0; ///< of the past that it brings along; `origin` where there is none
    virtual WallClock wallClock() const = 0;

    /// What is known of a target from before: empty where it is measured only now.
    virtual Series series(const QString &) const { return Series(origin()); }
    virtual Series controlSeries() const { return Series(origin()); }
    virtual QList<LogEntry> log() const { return {}; }
    /// Has the single samples due in [from, until) at hand in series of this source.
    virtual void loadSamples(const QString &, Instant, Instant, Series &) const { }
    virtual void loadControlSamples(Instant, Instant, Series &) const { }
    /// What was due in [from, now) as it was known at `now`: what was answered later is open.
    virtual Batch moment(Instant, Instant) const { return {}; }

    virtual void setTargets(const QList<Target> &) { }
    /// Keeps n requests of a target in flight; 0 ends it.
    virtual void setLoad(const QString &, int) { }
    /// How many requests of that target are to be in flight now.
    virtual int load(const QString &) const { return 0; }

signals:
    void batch(const openloop::probe::Batch &batch);
    void pausedChanged(bool paused);
};

} // namespace openloop::probe
