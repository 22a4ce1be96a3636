// SPDX-License-Identifier: GPL-3.0-or-later
// See cpu.h.
#include "server/compute/cpu.h"

#include "common/thread_priority.h"
#include "server/compute/factors.h"
#include "server/factoring/cost.h"

#include <QCoroFuture>

#include <QtConcurrentRun>

#include <cmath>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop {

using http::Failure;

namespace {

constexpr auto quickAtMost = 20ms; // of computing
constexpr auto jobsPatience = 100ms; // for another thread to take a long number, before a job's is lent
constexpr int mostQuickInARow = 8; // while long ones wait for a thread
constexpr auto farewell = 1s; // for a stopped computation to tell what it found; it takes 50 ms
constexpr double newestShare = 0.2; // of the moving average

std::chrono::seconds wholeSeconds(std::chrono::duration<double> time)
{
    return std::chrono::seconds(std::clamp(qint64(std::ceil(time.count())), qint64(1), qint64(3600)));
}

} // namespace

// Threads for a number that has one already: as far as there are any that nobody waits for.
class Cpu::Lent : public factoring::Crew
{
public:
    explicit Lent(Cpu &cpu) : m_cpu(cpu) { }

    bool tryRun(std::function<void()> work) override
    {
        const auto lowered = [work = std::move(work)] {
            lowerThreadPriority(computingNiceness);
            work();
        };
        return !crowded() && m_cpu.m_pool.tryStart(lowered);
    }
    bool crowded() const override { return m_cpu.m_allWaiting.load(std::memory_order_relaxed) > 0; }

private:
    Cpu &m_cpu;
};

// Short numbers, computed by a thread that is busy with a long one, and if that is a job, long ones as well: at most
// half of its time.
class Cpu::Interlude
{
public:
    Interlude(Cpu &cpu, const std::atomic<bool> &isJob) : m_cpu(cpu), m_isJob(isJob) { }

    void operator()()
    {
        const bool isJob = m_isJob.load(std::memory_order_relaxed);
        const std::atomic<int> &waiting = isJob ? m_cpu.m_urgentWaiting : m_cpu.m_quickWaiting;
        if (waiting.load(std::memory_order_relaxed) == 0 || m_busy.test_and_set())
            return;
        const auto begun = Clock::now();
        if (begun >= m_next) {
            if (const Item item = m_cpu.take(isJob ? Wanted::Urgent : Wanted::Quick)) {
                m_cpu.compute(item);
                const auto ended = Clock::now();
                m_next = ended + (ended - begun);
            }
        }
        m_busy.clear();
    }

private:
    Cpu &m_cpu;
    const std::atomic<bool> &m_isJob;
    std::atomic_flag m_busy; // guards m_next
    Clock::time_point m_next{};
};

Cpu::Cpu(Settings settings) : m_settings(std::move(settings)), m_lent(std::make_unique<Lent>(*this))
{
    m_pool.setMaxThreadCount(m_settings.threads);
    m_pool.setExpiryTimeout(-1);
}

Cpu::~Cpu()
{
    for (const auto &[n, item] : m_computations)
        item->stop.request_stop();
    m_pool.waitForDone();
}

Lane Cpu::laneOf(const mpz_class &n)
{
    return factoring::mostTime(n) <= quickAtMost ? Lane::Quick : Lane::Long;
}

QCoro::Task<factoring::Result> Cpu::factorize(mpz_class n, Ask ask)
{
    const auto begun = Clock::now();
    const Item item = join(n, ask);
    attend(item, ask);
    // Level-triggered: nothing runs between join() and the registration with the event, a computation that has ended is
    // no longer joined, and what counts afterwards is `result`, not whether the event or the timer was first.
    const bool ended = co_await item->ended.wait(ask.timeout, ask.stop);
    depart(item, ask);
    if (!ended)
        leave(item);
    if (ask.stop.stop_requested())
        throw Failure::clientLeft();
    if (item->stop.stop_requested() && !item->result)
        co_await item->ended.wait(farewell, ask.stop);
    if (item->refused)
        throw *item->refused;
    if (item->result && ask.timing) {
        const auto started = std::max(item->started, begun);
        ask.timing->add(http::Timing::Queue, started - begun);
        ask.timing->add(http::Timing::Compute, item->finished - started);
    }
    if (!item->result || !item->result->complete()) {
        const factoring::Result sofar = item->result.value_or(factoring::Result{{}, {n}});
        throw Failure::timedOut(u"n was not factored within %1 s"_s.arg(ask.timeout / 1s))
            .with(u"found"_s, toJson(sofar.factors))
            .with(u"remaining"_s, toJson(sofar.remaining));
    }
    const factoring::Result shared = *item->result; // const: QCoro 0.8 moves from what it is given, and others wait
    co_return shared;
}

Cpu::Item Cpu::join(const mpz_class &n, const Ask &ask)
{
    if (const auto found = m_computations.find(n); found != m_computations.end()) {
        ++m_shared;
        return found->second;
    }
    const auto item = std::make_shared<Computation>(n, laneOf(n), ask.client, ask.isJob);
    admit(item);
    m_computations.emplace(n, item);
    return item;
}

// A request that joins a job is served like any other, and so is the job with it.
void Cpu::attend(const Item &item, const Ask &ask)
{
    ++item->waiting;
    if (!ask.isJob && item->requests++ == 0 && item->isJob)
        charge(item, ask.client, false);
    if (ask.isJob)
        item->jobsClient = ask.client;
}

void Cpu::depart(const Item &item, const Ask &ask)
{
    --item->waiting;
    if (!ask.isJob && --item->requests == 0 && item->waiting > 0)
        charge(item, item->jobsClient, true);
}

// It moves within the queue if it waits there: the counts and the turns go by whom it is for.
void Cpu::charge(const Item &item, const QString &client, bool isJob)
{
    const std::lock_guard lock(m_mutex);
    FairQueue &queue = waiting(item->lane).queue;
    const bool waits = queue.remove(item);
    if (waits)
        count(*item, -1);
    item->client = client;
    item->isJob = isJob;
    if (waits) {
        queue.push(item);
        count(*item, 1);
    }
}

std::optional<Failure> Cpu::refusal(const mpz_class &n, const QString &client)
{
    if (m_computations.contains(n))
        return {};
    const std::lock_guard lock(m_mutex);
    Waiting &lane = waiting(laneOf(n));
    if (hasRoom(lane) || lane.queue.hasGreedierThan(client))
        return {};
    return full(lane);
}

bool Cpu::hasRoom(const Waiting &lane) const
{
    return m_workers < m_settings.threads || lane.queue.size() < std::size_t(m_settings.queue);
}

Failure Cpu::full(const Waiting &lane) const
{
    const auto wait = lane.usualTime * double(lane.queue.size()) / m_settings.threads;
    return Failure::unavailable(u"%1 computations wait already"_s.arg(lane.queue.size()), wholeSeconds(wait));
}

void Cpu::count(const Computation &waiting, int change)
{
    m_allWaiting += change;
    m_quickWaiting += waiting.lane == Lane::Quick ? change : 0;
    m_urgentWaiting += waiting.lane == Lane::Quick || !waiting.isJob ? change : 0;
}

void Cpu::admit(const Item &item)
{
    Item displaced;
    {
        const std::lock_guard lock(m_mutex);
        Waiting &lane = waiting(item->lane);
        const bool startsNow = m_workers < m_settings.threads;
        if (!item->isJob && !hasRoom(lane)) {
            displaced = lane.queue.popFromGreedierThan(item->client);
            if (!displaced)
                throw full(lane);
            displaced->refused = full(lane);
            count(*displaced, -1);
        }
        lane.queue.push(item);
        count(*item, 1);
        if (startsNow) {
            ++m_workers;
            [[maybe_unused]] const auto run = QtConcurrent::run(&m_pool, [this] { work(); });
        }
    }
    if (displaced) {
        ++m_displaced;
        end(displaced);
    }
}

void Cpu::leave(const Item &item)
{
    if (item->waiting > 0 || item->result || item->refused)
        return;
    if (const auto found = m_computations.find(item->n); found != m_computations.end() && found->second == item)
        m_computations.erase(found); // who asks for it now begins anew
    const std::lock_guard lock(m_mutex);
    if (waiting(item->lane).queue.remove(item))
        count(*item, -1);
    else
        item->stop.request_stop();
}

void Cpu::end(const Item &item)
{
    if (const auto found = m_computations.find(item->n); found != m_computations.end() && found->second == item)
        m_computations.erase(found);
    item->ended.notifyAll();
}

void Cpu::work()
{
    lowerThreadPriority(computingNiceness);
    while (const Item item = take(Wanted::Any))
        compute(item);
}

Cpu::Item Cpu::take(Wanted wanted)
{
    const std::lock_guard lock(m_mutex);
    const bool longWaits = waiting(Lane::Long).queue.size() > 0;
    const bool longIsDue = longWaits && m_quickInARow >= mostQuickInARow;
    Item item;
    if (wanted != Wanted::Any || !longIsDue)
        item = waiting(Lane::Quick).queue.pop();
    if (!item && wanted == Wanted::Any)
        item = waiting(Lane::Long).queue.pop();
    if (!item && wanted == Wanted::Urgent)
        item = waiting(Lane::Long).queue.popAwaited(Clock::now() - jobsPatience);
    if (!item) {
        m_workers -= wanted == Wanted::Any ? 1 : 0;
        return nullptr;
    }
    count(*item, -1);
    m_quickInARow = item->lane == Lane::Quick && longWaits ? m_quickInARow + 1 : 0;
    ++waiting(item->lane).running;
    return item;
}

void Cpu::compute(const Item &item)
{
    const auto started = Clock::now();
    factoring::Options options;
    Interlude interlude(*this, item->isJob);
    if (item->lane == Lane::Long) {
        options.crew = m_lent.get();
        options.threads = unsigned(m_settings.threads);
        options.interlude = [&interlude] { interlude(); };
    }
    const std::stop_token stop = item->stop.get_token();
    const auto tell = [&](const factoring::Progress &progress) {
        item->tell(progress);
        if (m_settings.atProgress)
            m_settings.atProgress({item->n, progress, stop, options.interlude});
    };
    factoring::Result result = factoring::factor(item->n, stop, options, tell);
    finish(item, std::move(result), started);
}

void Cpu::finish(const Item &item, factoring::Result result, Clock::time_point started)
{
    const auto finished = Clock::now();
    {
        const std::lock_guard lock(m_mutex);
        Waiting &lane = waiting(item->lane);
        --lane.running;
        lane.usualTime += newestShare * (std::chrono::duration<double>(finished - started) - lane.usualTime);
    }
    const auto tell = [this, item, result = std::move(result), started, finished] {
        item->result = result;
        item->started = started;
        item->finished = finished;
        end(item);
    };
    QMetaObject::invokeMethod(&m_loop, tell, Qt::QueuedConnection);
}

std::optional<factoring::Progress> Cpu::progress(const mpz_class &n) const
{
    const auto found = m_computations.find(n);
    if (found == m_computations.end())
        return {};
    return found->second->progress();
}

bool Cpu::isFull() const
{
    const std::lock_guard lock(m_mutex);
    return m_lanes[std::size_t(Lane::Long)].queue.size() >= std::size_t(m_settings.queue);
}

Cpu::Load Cpu::load() const
{
    Load load;
    load.threads = m_settings.threads;
    load.busy = m_pool.activeThreadCount();
    load.shared = m_shared;
    load.displaced = m_displaced;
    const std::lock_guard lock(m_mutex);
    for (std::size_t lane = 0; lane < m_lanes.size(); ++lane)
        load.lanes[lane] = {m_lanes[lane].running, int(m_lanes[lane].queue.size())};
    return load;
}

} // namespace openloop
