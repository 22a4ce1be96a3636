// SPDX-License-Identifier: GPL-3.0-or-later
// How late the event loop is: what a request that came just now would wait before anything happens.
#pragma once

#include <QObject>
#include <QTimer>

#include <chrono>
#include <functional>

namespace openloop {

/// Asks to be woken ten times a second and measures by how much that was missed, as HdrHistogram's hiccup does.
class LoopLag
{
public:
    using Clock = std::chrono::steady_clock;

    /// observe: told of each lag, 0 or more, on the event loop.
    explicit LoopLag(std::function<void(Clock::duration)> observe);

private:
    void wake();

    std::function<void(Clock::duration)> m_observe;
    Clock::time_point m_due;
    QTimer m_timer;
};

} // namespace openloop
