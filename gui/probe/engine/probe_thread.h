// SPDX-License-Identifier: GPL-3.0-or-later
// The thread that measures: nothing happens in it but ticks, sockets, and handing over what was seen ten
// times a second.
#pragma once

#include "gui/probe/engine/batch.h"
#include "gui/probe/engine/courier.h"
#include "gui/probe/engine/reactor.h"
#include "gui/probe/engine/schedule.h"
#include "gui/probe/engine/url_feeder.h"
#include "gui/probe/targets/target.h"

#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace openloop::probe {

/// One target being probed: its schedule, its queue, its connections. Probe thread.
class Probe
{
public:
    using MakeCourier = std::function<std::unique_ptr<Courier>(Courier::Done)>;

    Probe(const Target &target, const Schedule &schedule, const EngineOptions &options, const MakeCourier &makeCourier);

    const Target &target() const { return m_target; }
    /// Does what is due and sends what may be sent. Adds the lag of each tick to `lags`. `ticking`: false: no ticks
    /// become due.
    void pump(Instant now, bool ticking, QList<Nanoseconds> &lags);
    /// When pump() has something to do, as far as time alone tells.
    Instant deadline(bool ticking) const
    {
        return std::min(m_courier->deadline(), ticking ? nextTick() : Instant::max());
    }
    void skipTo(Instant instant) { m_schedule.skipTo(instant); }
    void setMuted(bool muted, Instant now);
    bool isWaiting() const { return !m_ticks.waiting().empty(); }
    bool isIdle() const { return m_ticks.inFlight() == 0 && m_ticks.waiting().empty(); }
    /// The run is over: what is in flight or waiting timed out at `now`.
    void giveUp(Instant now);
    /// The monitor itself did not run: what was due meanwhile, was under way or ended meanwhile says nothing about the
    /// target, and is counted as lost. `ticking`: false while no ticks were to come anyway.
    void standStill(Instant from, Instant until, bool ticking);
    /// What happened since the last call.
    TargetBatch takeBatch();

private:
    Instant nextTick() const { return m_muted ? Instant::max() : m_schedule.next(); }
    void send();
    void drop();
    void record(Sample sample) { m_samples.append(std::move(sample)); }

    Target m_target;
    Schedule m_schedule;
    TickQueue m_ticks;
    UrlFeeder m_urls;
    QList<Sample> m_samples;
    qint64 m_lost = 0;
    bool m_muted = false;
    std::unique_ptr<Courier> m_courier; ///< last: what it calls back uses the rest
};

/// Runs probes until destroyed. All functions from the owner's thread; `sink` is called in the probe thread.
class ProbeThread
{
public:
    using Sink = std::function<void(Batch batch, bool drained)>;

    ProbeThread(const EngineOptions &options, std::optional<quint16> controlPort, Sink sink);
    ~ProbeThread(); ///< stops and joins; what is in flight is dropped

    void setTargets(const QList<Target> &targets);
    void setPaused(bool paused);
    void setMuted(const QString &name, bool muted);
    void finish();

private:
    void run(std::stop_token stop);
    /// Returns when it is to be called again.
    Instant pumpAll();
    void handOver(Instant now);
    void adopt(const QList<Target> &targets);
    void noticeSuspend(Instant now);
    void noticeStop(Instant expected, Instant now);
    void standStill(const Gap &gap);
    bool isTicking() const { return !m_pausedSince && !m_finishBy; }
    template <typename Function>
    void forEach(Function function) const;

    EngineOptions m_options;
    std::optional<quint16> m_controlPort; ///< of a ControlResponder; nothing: no control probe
    Sink m_sink;
    Reactor m_reactor;

    // Probe thread only.
    std::vector<std::unique_ptr<Probe>> m_probes;
    std::unique_ptr<Probe> m_control;
    QList<Nanoseconds> m_lags;
    QList<Gap> m_gaps, m_standstills;
    SuspendDetector m_suspends;
    Instant m_batchFrom, m_nextBatch;
    std::optional<Instant> m_pausedSince;
    std::optional<Instant> m_finishBy;
    bool m_drained = false;
    int m_started = 0; ///< probes so far, to spread their ticks

    std::jthread m_thread; ///< last: joined before anything it uses goes
};

} // namespace openloop::probe
