// SPDX-License-Identifier: GPL-3.0-or-later
// Something that happens, as a thing to await: until it does, until a deadline, or until nobody cares any more.
#pragma once

#include <QCoroTask>

#include <chrono>
#include <stop_token>
#include <vector>

namespace openloop {

/// The thread of the event loop, stop requests included. May be destroyed while somebody waits: that ends the wait.
class AsyncEvent
{
public:
    AsyncEvent() = default;
    ~AsyncEvent();
    Q_DISABLE_COPY_MOVE(AsyncEvent)

    /// True once notifyAll() is called; false when `atMost` has passed, `stop` was requested or the event is gone.
    QCoro::Task<bool> wait(std::chrono::milliseconds atMost, std::stop_token stop);

    /// Ends every wait; those who were waiting run at the next turns of the event loop, in the order in which their
    /// waits ended and as many in a turn as its share of time allows, so that a thousand who wait for the same keep the
    /// loop from nothing else. Nothing of it stays: who begins to wait afterwards waits for the next one.
    void notifyAll();

private:
    class Waiter;
    class Waiters;

    void endAll(bool happened);

    std::vector<Waiter *> m_waiters;
};

} // namespace openloop
