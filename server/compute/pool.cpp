// SPDX-License-Identifier: GPL-3.0-or-later
// Who waits, who is refused and whom a thread works for next; the loop's part of it first, then that of the threads.
#include "server/compute/pool.h"

#include "common/thread_priority.h"

#include <QCoroFuture>

#include <QtConcurrentRun>

#include <cmath>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop {

using http::Failure;

namespace {

constexpr auto backgroundPatience = 100ms; // for another thread to take a long work, before a background one's is lent
constexpr int mostQuickInARow = 8; // while long ones wait for a thread
constexpr auto farewell = 1s; // for a stopped work to return what it has; it takes 50 ms
constexpr double newestShare = 0.2; // of the moving average

std::chrono::seconds wholeSeconds(std::chrono::duration<double> time)
{
    return std::chrono::seconds(std::clamp(qint64(std::ceil(time.count())), qint64(1), qint64(3600)));
}

} // namespace

// One run of a work. Its interludes take at most half of its thread's time: quick works, and if nobody awaits this one,
// long ones as well. Threads are lent to it as far as there are any that nobody waits for.
class Pool::Runner final : public Worker
{
public:
    Runner(Pool &pool, Computation &item) : m_pool(pool), m_item(item) { }

    void tell(std::any progress) override { m_item.tell(std::move(progress)); }

    void interlude() override
    {
        const bool isBackground = m_item.isBackground.load(std::memory_order_relaxed);
        const std::atomic<int> &waiting = isBackground ? m_pool.m_urgentWaiting : m_pool.m_quickWaiting;
        if (waiting.load(std::memory_order_relaxed) == 0 || m_item.work.lane == Lane::Quick || m_busy.test_and_set())
            return;
        const auto begun = Clock::now();
        if (begun >= m_next) {
            if (const Item item = m_pool.take(isBackground ? Wanted::Urgent : Wanted::Quick)) {
                m_item.ownSince = Clock::time_point::max();
                m_pool.compute(item);
                const auto ended = Clock::now();
                m_item.ownSince = ended;
                m_next = ended + (ended - begun);
            }
        }
        m_busy.clear();
    }

    bool tryLend(std::function<void()> part) override
    {
        const auto lowered = [niceness = m_pool.m_settings.niceness, part = std::move(part)] {
            lowerThreadPriority(niceness);
            part();
        };
        return !isCrowded() && m_pool.m_threads.tryStart(lowered);
    }

    bool isCrowded() const override { return m_pool.m_allWaiting.load(std::memory_order_relaxed) > 0; }

private:
    Pool &m_pool;
    Computation &m_item;
    std::atomic_flag m_busy; // guards m_next
    Clock::time_point m_next{};
};

Pool::Pool(Settings settings) : m_settings(settings)
{
    m_threads.setMaxThreadCount(m_settings.threads);
    m_threads.setExpiryTimeout(-1);
}

Pool::~Pool()
{
    for (const Item &item : std::as_const(m_computations))
        item->stop.request_stop();
    m_threads.waitForDone();
}

QCoro::Task<std::any> Pool::run(Ask ask, Work work)
{
    const auto begun = Clock::now();
    const Item item = join(std::move(work), ask);
    attend(item, ask);
    // Level-triggered: nothing runs between join() and the registration with the event, a computation that has ended is
    // no longer joined, and what counts afterwards is what is there, not whether the event or the timer was first.
    const bool ended = co_await item->ended.wait(ask.timeout, ask.stop);
    depart(item, ask);
    if (!ended)
        leave(item);
    // Who computes in the background begins the next work then, and it needs a thread.
    if (ask.isBackground && item->stop.stop_requested() && !item->isOver)
        co_await item->ended.wait(ask.timeout, {});
    if (ask.stop.stop_requested())
        throw Failure::clientLeft();
    if (item->stop.stop_requested() && !item->isOver)
        co_await item->ended.wait(farewell, ask.stop);
    if (item->refused)
        throw *item->refused;
    if (item->error)
        std::rethrow_exception(item->error);
    if (item->isOver && ask.timing) {
        const auto started = std::max(item->started, begun);
        ask.timing->add(http::Timing::Queue, started - begun);
        ask.timing->add(http::Timing::Compute, item->finished - started);
    }
    const std::any shared = item->result; // const: QCoro 0.8 moves from what it is given, and others wait
    co_return shared;
}

Pool::Item Pool::join(Work work, const Ask &ask)
{
    if (const auto found = m_computations.constFind(work.key); found != m_computations.constEnd()) {
        ++m_shared;
        return *found;
    }
    const auto item = std::make_shared<Computation>(std::move(work), ask.client, ask.isBackground);
    admit(item);
    m_computations.insert(item->work.key, item);
    return item;
}

// Who awaits what was asked for in the background is served like any other, and so is the background with it.
void Pool::attend(const Item &item, const Ask &ask)
{
    ++item->waiting;
    if (!ask.isBackground && item->awaited++ == 0 && item->isBackground)
        charge(item, ask.client, false);
    if (ask.isBackground)
        item->backgroundClient = ask.client;
}

void Pool::depart(const Item &item, const Ask &ask)
{
    --item->waiting;
    if (!ask.isBackground && --item->awaited == 0 && item->waiting > 0)
        charge(item, item->backgroundClient, true);
}

// It moves within the queue if it waits there: the counts and the turns go by whom it is for.
void Pool::charge(const Item &item, const QString &client, bool isBackground)
{
    const std::lock_guard lock(m_mutex);
    FairQueue &queue = waiting(item->work.lane).queue;
    const bool waits = queue.remove(item);
    if (waits)
        count(*item, -1);
    item->client = client;
    item->isBackground = isBackground;
    if (waits) {
        queue.push(item);
        count(*item, 1);
    }
}

std::optional<Failure> Pool::refusal(const QByteArray &key, Lane lane, const QString &client)
{
    if (m_computations.contains(key))
        return {};
    const std::lock_guard lock(m_mutex);
    Waiting &there = waiting(lane);
    if (hasRoom(there) || there.queue.hasGreedierThan(client))
        return {};
    return full(there);
}

bool Pool::hasRoom(const Waiting &lane) const
{
    return m_workers < m_settings.threads || lane.queue.size() < std::size_t(m_settings.queue);
}

Failure Pool::full(const Waiting &lane) const
{
    const auto wait = lane.usualTime * double(lane.queue.size()) / m_settings.threads;
    return Failure::unavailable(u"%1 computations wait already"_s.arg(lane.queue.size()), wholeSeconds(wait));
}

void Pool::count(const Computation &waiting, int change)
{
    const bool isQuick = waiting.work.lane == Lane::Quick;
    m_allWaiting += change;
    m_quickWaiting += isQuick ? change : 0;
    m_urgentWaiting += isQuick || !waiting.isBackground ? change : 0;
}

void Pool::admit(const Item &item)
{
    Item displaced;
    {
        const std::lock_guard lock(m_mutex);
        Waiting &lane = waiting(item->work.lane);
        const bool startsNow = m_workers < m_settings.threads;
        if (!item->isBackground && !hasRoom(lane)) {
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
            [[maybe_unused]] const auto run = QtConcurrent::run(&m_threads, [this] { serve(); });
        }
    }
    if (displaced) {
        ++m_displaced;
        end(displaced);
    }
}

void Pool::leave(const Item &item)
{
    if (item->waiting > 0 || item->isOver)
        return;
    forget(item); // who asks for it now begins anew
    const std::lock_guard lock(m_mutex);
    if (waiting(item->work.lane).queue.remove(item)) {
        count(*item, -1);
        return;
    }
    item->stop.request_stop();
    item->stopAsked = Clock::now();
    m_stopped.push_back(item);
}

void Pool::forget(const Item &item)
{
    if (const auto found = m_computations.constFind(item->work.key);
        found != m_computations.constEnd() && *found == item)
        m_computations.erase(found);
}

void Pool::end(const Item &item)
{
    forget(item);
    std::erase(m_stopped, item);
    item->isOver = true;
    item->ended.notifyAll();
}

std::optional<std::any> Pool::progress(const QByteArray &key) const
{
    const auto found = m_computations.constFind(key);
    if (found == m_computations.constEnd())
        return {};
    return std::optional<std::any>(std::in_place, (*found)->progress());
}

std::optional<std::chrono::nanoseconds> Pool::ignoredFor(const QByteArray &key) const
{
    std::optional<std::chrono::nanoseconds> least;
    for (const Item &item : m_stopped) {
        if (item->work.key == key)
            least = std::min(item->ignoredFor(Clock::now()), least.value_or(std::chrono::nanoseconds::max()));
    }
    return least;
}

bool Pool::isFull(Lane lane) const
{
    const std::lock_guard lock(m_mutex);
    return m_lanes[std::size_t(lane)].queue.size() >= std::size_t(m_settings.queue);
}

Pool::Load Pool::load() const
{
    Load load;
    load.threads = m_settings.threads;
    load.busy = m_threads.activeThreadCount();
    const auto now = Clock::now();
    load.stuck = int(std::ranges::count_if(
        m_stopped, [&](const Item &item) { return item->ignoredFor(now) >= m_settings.stopPatience; }));
    load.shared = m_shared;
    load.displaced = m_displaced;
    const std::lock_guard lock(m_mutex);
    for (std::size_t lane = 0; lane < m_lanes.size(); ++lane)
        load.lanes[lane] = {m_lanes[lane].running, int(m_lanes[lane].queue.size())};
    return load;
}

void Pool::serve()
{
    lowerThreadPriority(m_settings.niceness);
    while (const Item item = take(Wanted::Any))
        compute(item);
}

Pool::Item Pool::take(Wanted wanted)
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
        item = waiting(Lane::Long).queue.popAwaited(Clock::now() - backgroundPatience);
    if (!item) {
        m_workers -= wanted == Wanted::Any ? 1 : 0;
        return nullptr;
    }
    const Lane lane = item->work.lane;
    count(*item, -1);
    m_quickInARow = lane == Lane::Quick && longWaits ? m_quickInARow + 1 : 0;
    ++waiting(lane).running;
    return item;
}

void Pool::compute(const Item &item)
{
    const auto started = Clock::now();
    std::any result;
    std::exception_ptr error;
    try {
        Runner runner(*this, *item);
        result = item->work.run(item->stop.get_token(), runner);
    } catch (...) {
        error = std::current_exception();
    }
    const auto finished = Clock::now();
    {
        const std::lock_guard lock(m_mutex);
        Waiting &lane = waiting(item->work.lane);
        --lane.running;
        lane.usualTime += newestShare * (std::chrono::duration<double>(finished - started) - lane.usualTime);
    }
    const auto tell = [this, item, result = std::move(result), error, started, finished] {
        item->result = result;
        item->error = error;
        item->started = started;
        item->finished = finished;
        end(item);
    };
    QMetaObject::invokeMethod(&m_loop, tell, Qt::QueuedConnection);
}

} // namespace openloop
