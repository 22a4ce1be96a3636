// SPDX-License-Identifier: GPL-3.0-or-later
// The loop of the probe thread: ticks that are due, batches, and the gaps in which it stood still.
#include "gui/probe/engine/probe_thread.h"

#include "common/thread_priority.h"
#include "gui/probe/engine/control_courier.h"
#include "gui/probe/engine/lane.h"

#include <algorithm>
#include <sys/prctl.h>

using namespace std::chrono_literals;

namespace openloop::probe {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto stoodStillAfter = 100ms; // a thread of this priority that comes so late was kept from running
constexpr auto stoppedAfter = 1s; // later than this comes no thread on a machine that is merely busy
constexpr qsizetype openReported = 256;
constexpr std::size_t urlsAhead = 16;
constexpr auto setUpTime = 20ms; // before the first tick of new targets: making them must not count as lag

UrlTemplate templateOf(const QString &url)
{
    const auto parsed = UrlTemplate::parse(url);
    return parsed ? *parsed : UrlTemplate();
}

Target controlTarget()
{
    Target target;
    target.name = QStringLiteral("control");
    target.interval = 25ms;
    return target;
}

} // namespace

Probe::Probe(const Target &target, const Schedule &schedule, const EngineOptions &options,
             const MakeCourier &makeCourier)
    : m_target(target), m_schedule(schedule), m_ticks(options.inFlightCap, options.waitingCap),
      m_urls(templateOf(target.url), urlsAhead), m_courier(makeCourier([this](Answer answer) {
          m_ticks.finished();
          record(std::move(answer.sample));
      }))
{
}

void Probe::setMuted(bool muted, Instant now)
{
    if (m_muted && !muted)
        m_schedule.skipTo(now);
    m_muted = muted;
}

void Probe::pump(Instant now, bool ticking, QList<Nanoseconds> &lags)
{
    m_courier->onDeadline(now);
    while (ticking && nextTick() <= now) {
        const auto due = m_schedule.take(now);
        lags.append(now - *due);
        if (m_ticks.add(*due) == TickQueue::Fate::Skipped) {
            Sample skipped;
            skipped.due = *due;
            skipped.sent = skipped.firstByte = skipped.done = now;
            skipped.outcome = Outcome::Skipped;
            record(skipped);
        }
        send();
    }
    send();
}

void Probe::send()
{
    while (const auto due = m_ticks.takeForSending())
        m_courier->start(m_urls.next(), *due);
}

void Probe::drop()
{
    m_courier->abortAll();
    m_ticks.clear();
}

void Probe::giveUp(Instant now)
{
    auto dues = m_courier->openDues();
    dues.insert(dues.end(), m_ticks.waiting().begin(), m_ticks.waiting().end());
    std::ranges::sort(dues);
    for (const auto due : dues) {
        Sample sample;
        sample.due = sample.sent = due;
        sample.firstByte = sample.done = now;
        sample.outcome = Outcome::TimedOut;
        record(sample);
    }
    drop();
}

void Probe::standStill(Instant from, Instant until, bool ticking)
{
    m_lost += m_samples.removeIf([from](const Sample &sample) { return sample.done > from; });
    m_lost += m_ticks.inFlight() + static_cast<qint64>(m_ticks.waiting().size());
    drop();
    const auto skipped = m_schedule.skipTo(until);
    if (ticking && !m_muted)
        m_lost += skipped;
}

TargetBatch Probe::takeBatch()
{
    TargetBatch batch;
    batch.name = m_target.name;
    batch.samples = std::exchange(m_samples, {});
    batch.inFlight = m_ticks.inFlight();
    batch.waiting = static_cast<qint64>(m_ticks.waiting().size());
    batch.lost = std::exchange(m_lost, 0);
    batch.hasEnded = m_schedule.hasEnded();
    const auto inFlight = m_courier->openDues();
    batch.open = QList<Instant>(inFlight.begin(), inFlight.end());
    std::ranges::sort(batch.open); // whatever waits is younger
    for (const auto due : m_ticks.waiting()) {
        if (batch.open.size() >= openReported)
            break;
        batch.open.append(due);
    }
    return batch;
}

ProbeThread::ProbeThread(const EngineOptions &options, std::optional<quint16> controlPort, Sink sink)
    : m_options(options), m_controlPort(controlPort), m_sink(std::move(sink)),
      m_thread([this](std::stop_token stop) { run(stop); })
{
}

ProbeThread::~ProbeThread()
{
    m_thread.request_stop();
    m_reactor.wake();
    m_thread.join();
}

void ProbeThread::setTargets(const QList<Target> &targets)
{
    m_reactor.post([this, targets] { adopt(targets); });
}

void ProbeThread::setMuted(const QString &name, bool muted)
{
    m_reactor.post([this, name, muted] {
        for (const auto &probe : m_probes) {
            if (probe->target().name == name)
                probe->setMuted(muted, Clock::now());
        }
    });
}

void ProbeThread::setPaused(bool paused)
{
    m_reactor.post([this, paused] {
        const auto now = Clock::now();
        if (paused && !m_pausedSince) {
            m_pausedSince = now;
        } else if (!paused && m_pausedSince) {
            forEach([&](Probe &probe) { probe.skipTo(now); });
            m_gaps.append({GapReason::Paused, *m_pausedSince, now, {}});
            m_pausedSince.reset();
        }
    });
}

void ProbeThread::finish()
{
    m_reactor.post([this] {
        Nanoseconds longest{0};
        for (const auto &probe : m_probes)
            longest = std::max(longest, probe->target().timeout);
        m_finishBy = Clock::now() + longest + 500ms;
    });
}

template <typename Function>
void ProbeThread::forEach(Function function) const
{
    for (const auto &probe : m_probes)
        function(*probe);
    if (m_control)
        function(*m_control);
}

void ProbeThread::adopt(const QList<Target> &targets)
{
    std::vector<std::unique_ptr<Probe>> probes;
    const auto first = Clock::now() + setUpTime;
    for (const auto &target : targets) {
        const auto same =
            std::ranges::find_if(m_probes, [&](const auto &probe) { return probe && probe->target() == target; });
        if (same != m_probes.end()) {
            probes.push_back(std::move(*same));
            continue;
        }
        const auto within = std::min(target.interval, m_options.length.value_or(target.interval));
        const auto t0 = first + Schedule::offsetOf(++m_started, within);
        const Schedule schedule(t0, target.interval, m_options.length);
        probes.push_back(std::make_unique<Probe>(target, schedule, m_options, [&](Courier::Done done) {
            return std::make_unique<Lane>(m_reactor, target, 0, std::move(done));
        }));
    }
    m_probes = std::move(probes);
}

void ProbeThread::run(std::stop_token stop)
{
    prctl(PR_SET_NAME, "probe");
    Reactor::sharpenTimers();
    makeThreadRealTime();
    m_batchFrom = Clock::now();
    m_nextBatch = m_batchFrom + m_options.batchInterval;
    if (m_controlPort) {
        const auto target = controlTarget();
        const Schedule schedule(m_batchFrom, target.interval);
        m_control = std::make_unique<Probe>(target, schedule, m_options, [this](Courier::Done done) {
            return std::make_unique<ControlCourier>(m_reactor, *m_controlPort, std::move(done));
        });
    }
    auto woke = Clock::now();
    while (!stop.stop_requested()) {
        const auto next = pumpAll();
        const auto now = Clock::now();
        noticeStop(woke, now);
        if (now >= m_nextBatch)
            handOver(now);
        const auto deadline = std::min(next, m_nextBatch);
        m_reactor.waitUntil(deadline);
        woke = Clock::now();
        noticeStop(std::max(now, deadline), woke);
    }
    m_control.reset();
    m_probes.clear(); // lanes die in the thread that used them
}

Instant ProbeThread::pumpAll()
{
    auto next = Instant::max();
    auto now = Clock::now();
    forEach([&](Probe &probe) {
        if (probe.deadline(isTicking()) <= now || probe.isWaiting()) {
            probe.pump(now, isTicking(), m_lags);
            now = Clock::now(); // answers and sends took time too
        }
        next = std::min(next, probe.deadline(isTicking()));
    });
    return next;
}

void ProbeThread::noticeSuspend(Instant now)
{
    const auto gap = m_suspends.observe(now, SuspendDetector::bootTime());
    if (!gap)
        return;
    // Connections that slept are most likely dead.
    standStill(*gap);
}

void ProbeThread::standStill(const Gap &gap)
{
    forEach([&](Probe &probe) { probe.standStill(gap.from, gap.until, isTicking()); });
    m_gaps.append(gap);
    m_standstills.append(gap);
}

void ProbeThread::noticeStop(Instant expected, Instant now)
{
    // Stopped by a signal, a debugger or a halted virtual machine: what fell into it says nothing about any target.
    // What was shorter may be a busy machine: its ticks are late, and are seen to be.
    const Gap gap{GapReason::Stopped, expected, now, {}};
    if (gap.length() >= stoppedAfter) {
        standStill(gap);
        m_lags.removeIf([](Nanoseconds lag) { return lag >= stoppedAfter; });
    } else if (gap.length() >= stoodStillAfter) {
        m_standstills.append(gap);
    }
}

void ProbeThread::handOver(Instant now)
{
    noticeSuspend(now);
    bool idle = std::ranges::all_of(m_probes, [](const auto &probe) { return probe->isIdle(); });
    if (m_finishBy && !idle && now >= *m_finishBy) {
        forEach([&](Probe &probe) { probe.giveUp(now); });
        idle = true;
    }
    Batch batch;
    batch.from = std::exchange(m_batchFrom, now);
    batch.until = now;
    for (const auto &probe : m_probes)
        batch.targets.append(probe->takeBatch());
    if (m_control)
        batch.control = m_control->takeBatch().samples;
    batch.lags = std::exchange(m_lags, {});
    batch.gaps = std::exchange(m_gaps, {});
    batch.standstills = std::exchange(m_standstills, {});
    const bool drained = m_finishBy && idle && !std::exchange(m_drained, true);
    m_sink(std::move(batch), drained);
    // Late by a whole batch: one larger batch, not two.
    while (m_nextBatch <= now)
        m_nextBatch += m_options.batchInterval;
}

} // namespace openloop::probe
