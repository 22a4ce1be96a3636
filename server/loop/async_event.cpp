// SPDX-License-Identifier: GPL-3.0-or-later
// Each waiter is a promise of its own, fulfilled by whatever comes first; the rest finds it finished.
#include "server/loop/async_event.h"

#include <QCoroFuture>

#include <QTimer>

namespace openloop {

namespace {

void end(QPromise<bool> &waiter, bool happened)
{
    if (waiter.future().isFinished())
        return;
    waiter.addResult(happened);
    waiter.finish();
}

} // namespace

AsyncEvent::~AsyncEvent()
{
    endAll(false);
}

QCoro::Task<bool> AsyncEvent::wait(std::chrono::milliseconds atMost, std::stop_token stop)
{
    const auto waiter = std::make_shared<Waiter>();
    waiter->start();
    std::erase_if(m_waiters, [](const std::weak_ptr<Waiter> &gone) { return gone.expired(); });
    m_waiters.push_back(waiter);

    QTimer timer;
    timer.setSingleShot(true);
    QObject::connect(&timer, &QTimer::timeout, &timer, [waiter] { end(*waiter, false); });
    timer.start(atMost);
    const std::stop_callback leaving(std::move(stop), [waiter] { end(*waiter, false); });

    const QFuture<bool> ended = waiter->future();
    co_return co_await ended; // the event may be gone from here on
}

void AsyncEvent::notifyAll()
{
    endAll(true);
}

void AsyncEvent::endAll(bool happened)
{
    for (const std::weak_ptr<Waiter> &waiter : std::exchange(m_waiters, {})) {
        if (const auto waiting = waiter.lock())
            end(*waiting, happened);
    }
}

} // namespace openloop
