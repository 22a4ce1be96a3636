// SPDX-License-Identifier: GPL-3.0-or-later
// Says what the event loop is busy with when it answers nobody.
#pragma once

#include <QBasicTimer>
#include <QByteArray>
#include <QObject>

#include <atomic>
#include <chrono>
#include <thread>

namespace openloop {

/// A thread of its own notices when the loop has stood still for `tolerated`, and logs where: the stack of the loop's
/// thread, taken there by a signal (SIGRTMIN + 5); and afterwards for how long. One for each loop, made there; a loop's
/// thread that has a name is told by it.
class StallWatch : public QObject
{
public:
    explicit StallWatch(std::chrono::milliseconds tolerated = std::chrono::milliseconds(200));
    ~StallWatch() override;

protected:
    void timerEvent(QTimerEvent *event) override;

private:
    using Clock = std::chrono::steady_clock;

    void watch(const std::stop_token &stop) const;
    Clock::duration sinceBeat() const;

    const std::chrono::milliseconds m_tolerated;
    const pthread_t m_loop;
    const QByteArray m_name; ///< "the event loop", or with its thread's name
    QBasicTimer m_beating;
    std::atomic<Clock::time_point> m_beat;
    std::jthread m_watcher; // last: uses the others
};

} // namespace openloop
