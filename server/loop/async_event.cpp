// SPDX-License-Identifier: GPL-3.0-or-later
// A waiter lives in the frame of its wait; each thread knows the deadlines of its own, and whose wait has ended.
#include "server/loop/async_event.h"

#include <QBasicTimer>
#include <QObject>
#include <QTimerEvent>

#include <algorithm>
#include <coroutine>
#include <deque>
#include <map>
#include <utility>

using namespace std::chrono_literals;

namespace openloop {

using Clock = std::chrono::steady_clock;

namespace {

constexpr auto share = 100us; // of a turn of the loop
constexpr std::chrono::milliseconds longestAlarm = 1h; // what is further away is looked at again

} // namespace

/// Those of one thread.
class AsyncEvent::Waiters final : public QObject
{
public:
    using Deadlines = std::multimap<Clock::time_point, Waiter *>;

    static Waiters &here()
    {
        thread_local Waiters waiters;
        return waiters;
    }

    Deadlines::iterator add(Waiter *waiter, std::chrono::milliseconds atMost)
    {
        const auto due = Clock::now() + std::min<std::chrono::milliseconds>(atMost, 24h * 365);
        const auto added = m_deadlines.emplace(due, waiter);
        if (!m_alarm.isActive() || due < m_alarmAt)
            setAlarm();
        return added;
    }
    void remove(Deadlines::iterator deadline) { m_deadlines.erase(deadline); }

    void goOn(Waiter *waiter)
    {
        m_ended.push_back(waiter);
        if (!m_turn.isActive())
            m_turn.start(0, this); // a timer: posted events run until there are none, before any socket is looked at
    }
    void forget(const Waiter *waiter) { std::ranges::replace(m_ended, waiter, nullptr); }

protected:
    void timerEvent(QTimerEvent *event) override;

private:
    void setAlarm()
    {
        m_alarmAt = m_deadlines.begin()->first;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(m_alarmAt - Clock::now());
        m_alarm.start(int(std::clamp(left, 0ms, longestAlarm).count()), Qt::PreciseTimer, this);
    }
    void endOverdue();
    void resumeEnded();

    Deadlines m_deadlines;
    Clock::time_point m_alarmAt; ///< no later than the first deadline, while m_alarm is active
    QBasicTimer m_alarm;
    std::deque<Waiter *> m_ended; ///< to be resumed; null: gone meanwhile
    QBasicTimer m_turn; ///< runs at each of the loop's turns, while there are such
};

class AsyncEvent::Waiter
{
public:
    Waiter(AsyncEvent &event, std::chrono::milliseconds atMost)
        : m_event(&event), m_place(event.m_waiters.size()), m_deadline(Waiters::here().add(this, atMost))
    {
        event.m_waiters.push_back(this);
    }
    ~Waiter()
    {
        if (m_event)
            leave();
        else if (m_isToBeResumed)
            Waiters::here().forget(this);
    }
    Q_DISABLE_COPY_MOVE(Waiter)

    /// What its coroutine awaits.
    struct Awaiter {
        Waiter *waiter;

        bool await_ready() const { return !waiter->m_event; }
        void await_suspend(std::coroutine_handle<> handle) const { waiter->m_handle = handle; }
        bool await_resume() const { return waiter->m_happened; }
    };

    /// Only the first of what ends a wait counts.
    void end(bool happened)
    {
        if (!m_event)
            return;
        leave();
        m_happened = happened;
        m_isToBeResumed = bool(m_handle);
        if (m_handle)
            Waiters::here().goOn(this);
    }
    void resume()
    {
        m_isToBeResumed = false;
        m_handle.resume(); // this is gone from here on
    }

private:
    // The last one takes the place.
    void leave()
    {
        std::vector<Waiter *> &all = m_event->m_waiters;
        all.back()->m_place = m_place;
        all[m_place] = all.back();
        all.pop_back();
        Waiters::here().remove(m_deadline);
        m_event = nullptr;
    }

    AsyncEvent *m_event; ///< null: the wait has ended
    std::size_t m_place; ///< among the event's waiters
    Waiters::Deadlines::iterator m_deadline;
    std::coroutine_handle<> m_handle;
    bool m_happened = false;
    bool m_isToBeResumed = false;
};

void AsyncEvent::Waiters::timerEvent(QTimerEvent *event)
{
    if (event->timerId() == m_turn.timerId())
        resumeEnded();
    else
        endOverdue();
}

void AsyncEvent::Waiters::endOverdue()
{
    const auto now = Clock::now();
    while (!m_deadlines.empty() && m_deadlines.begin()->first <= now)
        m_deadlines.begin()->second->end(false);
    m_alarm.stop();
    if (!m_deadlines.empty())
        setAlarm();
}

// One at least, however slow the machine. Whoever is resumed may run the loop, and so this, before it returns.
void AsyncEvent::Waiters::resumeEnded()
{
    const auto until = Clock::now() + share;
    do {
        Waiter *const waiter = m_ended.front();
        m_ended.pop_front();
        if (waiter)
            waiter->resume();
    } while (!m_ended.empty() && Clock::now() < until);
    if (m_ended.empty())
        m_turn.stop();
}

AsyncEvent::~AsyncEvent()
{
    endAll(false);
}

QCoro::Task<bool> AsyncEvent::wait(std::chrono::milliseconds atMost, std::stop_token stop)
{
    Waiter waiter(*this, atMost);
    const std::stop_callback leaving(std::move(stop), [&waiter] { waiter.end(false); });
    co_return co_await Waiter::Awaiter{&waiter}; // the event may be gone from here on
}

void AsyncEvent::notifyAll()
{
    endAll(true);
}

void AsyncEvent::endAll(bool happened)
{
    while (!m_waiters.empty())
        m_waiters.back()->end(happened);
}

} // namespace openloop
