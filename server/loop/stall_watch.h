// SPDX-License-Identifier: GPL-3.0-or-later
// Says what the event loop is busy with when it answers nobody.
#pragma once

#include "server/loop/occupation.h"
#include "server/loop/stall_log.h"

#include <QBasicTimer>
#include <QByteArray>
#include <QObject>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace openloop {

/// A thread of its own notices when the loop has stood still for `tolerated`, and tells where, to the log and to
/// `stalls`: the stack of the loop's thread and the request it was at (Occupied), taken there by a signal
/// (SIGRTMIN + 5); and afterwards for how long. One for each loop, made there; a loop's thread that has a name is told
/// by it.
class StallWatch : public QObject
{
public:
    /// stalls: outlives this. loop: its number, 0 or more.
    StallWatch(StallLog &stalls, int loop, std::chrono::milliseconds tolerated = std::chrono::milliseconds(200));
    ~StallWatch() override;

    /// A request of this loop was answered: the first one after a loop went on is to blame where no handler was seen,
    /// since what goes on after a wait is no handler's call. The loop's thread.
    void answered(QByteArrayView method, const QString &route, QByteArrayView id);

protected:
    void timerEvent(QTimerEvent *event) override;

private:
    using Clock = std::chrono::steady_clock;

    /// The first that was answered since the loop was seen to stand still.
    struct Answered {
        Occupation request;
        Clock::time_point beat; ///< the last one before
    };

    void watch(const std::stop_token &stop);
    void tell(Clock::time_point beat, const std::function<void()> &untilItGoesOn);
    std::optional<Stall::Request> answeredAfter(Clock::time_point beat);
    Clock::duration sinceBeat() const;

    StallLog &m_stalls;
    const int m_number;
    const std::chrono::milliseconds m_tolerated;
    const pthread_t m_loop;
    const QByteArray m_name; ///< "the event loop", or with its thread's name
    QBasicTimer m_beating;
    std::atomic<Clock::time_point> m_beat;
    std::atomic<bool> m_standsStill = false; ///< as far as the watcher knows: answered() is to remember one
    std::mutex m_mutex; ///< guards the next one
    std::optional<Answered> m_answered;
    std::jthread m_watcher; // last: uses the others
};

} // namespace openloop
