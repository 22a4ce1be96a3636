// SPDX-License-Identifier: GPL-3.0-or-later
// See bell.h.
#include "server/loop/bell.h"

#include <QCoroFuture>

#include <QTimer>

namespace openloop::http {

namespace {

void end(QPromise<bool> &waiter, bool rung)
{
    if (waiter.future().isFinished())
        return;
    waiter.addResult(rung);
    waiter.finish();
}

} // namespace

Bell::~Bell()
{
    endAll(false);
}

QCoro::Task<bool> Bell::wait(std::chrono::milliseconds atMost, std::stop_token stop)
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
    co_return co_await ended; // the bell may be gone from here on
}

void Bell::ring()
{
    endAll(true);
}

void Bell::endAll(bool rung)
{
    for (const std::weak_ptr<Waiter> &waiter : std::exchange(m_waiters, {})) {
        if (const auto waiting = waiter.lock())
            end(*waiting, rung);
    }
}

} // namespace openloop::http
