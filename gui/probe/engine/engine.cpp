// SPDX-License-Identifier: GPL-3.0-or-later
// Owns the threads, and brings what they hand over into the caller's thread, batch by batch.
#include "gui/probe/engine/engine.h"

#include "gui/probe/engine/control_responder.h"
#include "gui/probe/engine/load_generator.h"
#include "gui/probe/engine/probe_thread.h"

#include <QHash>
#include <QSet>

#include <algorithm>
#include <malloc.h>
#include <mutex>

namespace openloop::probe {

namespace {

/// What hundreds of requests took that a stall had gathered lies among what stays: the allocator gives it back to the
/// machine only if it is asked, once the connections have been closed. One thread.
class CrowdMemory
{
public:
    void see(const Batch &batch)
    {
        int inFlight = 0;
        for (const auto &target : batch.targets)
            inFlight += target.inFlight;
        for (const auto &load : batch.loads)
            inFlight += load.inFlight;
        if (inFlight >= crowd) {
            m_lastCrowd = batch.until;
        } else if (m_lastCrowd && batch.until - *m_lastCrowd >= settled) {
            m_lastCrowd.reset();
#ifdef __GLIBC__
            ::malloc_trim(0);
#endif
        }
    }

private:
    static constexpr int crowd = 64;
    static constexpr auto settled = std::chrono::seconds(8);

    std::optional<Instant> m_lastCrowd; ///< nothing: none since it was asked
};

} // namespace

class Engine::Private
{
public:
    Private(Engine &engine, const Options &options) : q(engine), options(options), judge(options.trustLimits) { }

    void start();
    void take();
    void deliver(Batch batch);
    void setState(State next);
    void endLoads();

    Engine &q;
    Options options;
    QList<Target> targets;
    State state = State::Stopped;
    int run = 0; ///< counts starts
    Instant origin;
    WallClock wall;
    ClockStepDetector clockSteps;
    TrustJudge judge;
    Trust trust;
    CrowdMemory crowdMemory;
    QHash<QString, int> loads;
    QSet<QString> muted;

    struct Delivery {
        Batch batch;
        bool drained = false;
        int run = 0;
    };
    std::mutex mutex;
    std::vector<Delivery> deliveries; ///< under the mutex; filled by the probe thread

    std::unique_ptr<ControlResponder> control;
    std::unique_ptr<LoadGenerator> load; ///< made when load is first wanted
    std::unique_ptr<ProbeThread> probes; ///< last: its sink uses the rest
};

void Engine::Private::start()
{
    wall = WallClock::now();
    clockSteps = {};
    clockSteps.observe();
    origin = std::chrono::steady_clock::now();
    judge.restart();
    trust = {};
    deliveries.clear();
    if (options.control && !control)
        control = std::make_unique<ControlResponder>();
    const auto sink = [this, run = ++run](Batch batch, bool drained) {
        {
            const std::lock_guard lock(mutex);
            deliveries.push_back({std::move(batch), drained, run});
        }
        QMetaObject::invokeMethod(&q, [this] { take(); }, Qt::QueuedConnection);
    };
    probes = std::make_unique<ProbeThread>(options, control ? std::optional(control->port()) : std::nullopt, sink);
    probes->setTargets(targets);
}

void Engine::Private::take()
{
    std::vector<Delivery> taken;
    {
        const std::lock_guard lock(mutex);
        taken.swap(deliveries);
    }
    for (auto &delivery : taken) {
        if (state == State::Stopped || delivery.run != run)
            return; // by a slot, in between, which may have started anew
        deliver(std::move(delivery.batch));
        if (delivery.drained && state == State::Finishing) {
            q.stop();
            emit q.drained();
        }
    }
}

void Engine::Private::deliver(Batch batch)
{
    for (const auto &gap : batch.gaps) {
        if (gap.reason == GapReason::Suspended)
            wall.shift(gap.until, gap.lost);
    }
    if (load)
        batch.loads = load->states();
    if (options.control)
        batch.processors = ProcessorTime::now();
    if (const auto by = clockSteps.observe())
        batch.clockStep = {batch.until, *by};
    crowdMemory.see(batch);
    batch.addTo(judge);
    const auto before = trust.level;
    trust = judge.verdict(batch.until);
    batch.trust = trust;
    emit q.batch(batch);
    if (trust.level != before)
        emit q.trustChanged(trust);
}

void Engine::Private::setState(State next)
{
    if (std::exchange(state, next) != next)
        emit q.stateChanged(next);
}

void Engine::Private::endLoads()
{
    loads.clear();
    load.reset();
}

Engine::Engine(QObject *parent) : Engine(Options(), parent) { }

Engine::Engine(const Options &options, QObject *parent)
    : QObject(parent), m_private(std::make_unique<Private>(*this, options))
{
}

Engine::~Engine() = default;

void Engine::setTargets(const QList<Target> &targets)
{
    const auto old = std::exchange(m_private->targets, targets);
    if (m_private->probes)
        m_private->probes->setTargets(targets);
    for (const auto &target : old) { // load on a target that went ends with it
        if (std::ranges::find(targets, target.name, &Target::name) == targets.end() && load(target.name) > 0) {
            m_private->loads.remove(target.name);
            m_private->load->set(target, 0);
        }
    }
    for (const auto &target : targets) { // that on one which changed asks for what it is now
        if (load(target.name) > 0 && !old.contains(target))
            m_private->load->set(target, load(target.name));
    }
}

const QList<Target> &Engine::targets() const
{
    return m_private->targets;
}

void Engine::start()
{
    if (state() != State::Stopped)
        return;
    m_private->start();
    m_private->setState(State::Running);
}

void Engine::pause()
{
    if (state() != State::Running)
        return;
    m_private->probes->setPaused(true);
    m_private->setState(State::Paused);
}

void Engine::resume()
{
    if (state() != State::Paused)
        return;
    m_private->probes->setPaused(false);
    m_private->setState(State::Running);
}

void Engine::stop()
{
    m_private->probes.reset();
    m_private->muted.clear();
    m_private->endLoads();
    m_private->setState(State::Stopped);
}

void Engine::finish()
{
    if (state() != State::Running && state() != State::Paused)
        return;
    m_private->endLoads();
    m_private->probes->finish();
    m_private->setState(State::Finishing);
}

Engine::State Engine::state() const
{
    return m_private->state;
}

void Engine::setLoad(const QString &name, int n)
{
    const auto at = std::ranges::find(m_private->targets, name, &Target::name);
    if (at == m_private->targets.end())
        return;
    n = std::clamp(n, 0, maxLoad);
    if (n == 0 && !m_private->load)
        return;
    if (!m_private->load)
        m_private->load = std::make_unique<LoadGenerator>();
    m_private->loads[name] = n;
    m_private->load->set(*at, n);
}

int Engine::load(const QString &name) const
{
    return m_private->loads.value(name);
}

void Engine::setMuted(const QString &name, bool muted)
{
    if (!m_private->probes)
        return;
    m_private->probes->setMuted(name, muted);
    if (muted)
        m_private->muted.insert(name);
    else
        m_private->muted.remove(name);
}

bool Engine::isMuted(const QString &name) const
{
    return m_private->muted.contains(name);
}

Instant Engine::origin() const
{
    return m_private->origin;
}

const WallClock &Engine::wallClock() const
{
    return m_private->wall;
}

const Trust &Engine::trust() const
{
    return m_private->trust;
}

Trust Engine::trustOfRun() const
{
    return m_private->judge.verdictOfRun();
}

} // namespace openloop::probe
