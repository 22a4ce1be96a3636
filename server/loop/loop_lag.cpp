// SPDX-License-Identifier: GPL-3.0-or-later
// A timer of one shot at a time, so that the next is due an interval after the last one was seen, not after it was due.
#include "server/loop/loop_lag.h"

namespace openloop {

namespace {

constexpr auto interval = std::chrono::milliseconds(100);

} // namespace

LoopLag::LoopLag(std::function<void(Clock::duration)> observe)
    : m_observe(std::move(observe)), m_due(Clock::now() + interval)
{
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.setSingleShot(true);
    QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] { wake(); });
    m_timer.start(interval);
}

void LoopLag::wake()
{
    const auto now = Clock::now();
    m_observe(std::max(now - m_due, Clock::duration::zero()));
    m_due = now + interval;
    m_timer.start(interval);
}

} // namespace openloop
