// SPDX-License-Identifier: GPL-3.0-or-later
// The present: what an engine measures.
#pragma once

#include "gui/probe/engine/engine.h"
#include "gui/probe/measurement/source.h"

namespace openloop::probe {

/// The run of an engine that was started last; who started it stops it. The engine outlives it. `kept`: how far back a
/// run without an end has to know its samples, so that its memory does not grow; nothing: as far as a Series does.
class LiveSource : public Source
{
    Q_OBJECT

public:
    explicit LiveSource(Engine &engine, std::optional<Nanoseconds> kept = {});

    bool isLive() const override { return true; }
    QList<Target> targets() const override { return m_engine.targets(); }
    Instant origin() const override { return m_engine.origin(); }
    Instant end() const override { return m_engine.origin(); }
    WallClock wallClock() const override { return m_engine.wallClock(); }
    Series series(const QString &name) const override;
    Series controlSeries() const override;
    void setTargets(const QList<Target> &targets) override;
    void setLoad(const QString &name, int n) override { m_engine.setLoad(name, n); }
    int load(const QString &name) const override { return m_engine.load(name); }

private:
    Series ofInterval(Nanoseconds interval) const;

    Engine &m_engine;
    std::optional<Nanoseconds> m_kept;
};

} // namespace openloop::probe
