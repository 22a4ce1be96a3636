// SPDX-License-Identifier: GPL-3.0-or-later
// The last times that a loop stood still, for whoever asks afterwards what blocked it.
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

namespace openloop {

/// One time that a loop stood still.
struct Stall {
    struct Request {
        QByteArray method;
        QString route; ///< its name; empty: of a path that leads nowhere
        QByteArray id;
        /// True: its handler was running. False: it is the first that was answered after the stack had been taken, by
        /// a handler that had waited before.
        bool wasRunning = true;
    };

    std::chrono::system_clock::time_point began; ///< 50 ms too early at most
    std::chrono::steady_clock::time_point since; ///< the same by the clock that durations are told by
    std::chrono::milliseconds duration{0}; ///< until now where it is not over
    int loop = 0; ///< 0: home
    QByteArrayList stack; ///< innermost first; at most 46 lines of at most 256 bytes
    std::optional<Request> request; ///< none: the loop was at something else
    bool isOver = false;
};

/// Keeps the last hundred of all loops, and counts them all. Any thread.
class StallLog
{
public:
    static constexpr std::size_t most = 100;

    struct Count {
        quint64 stalls = 0;
        std::chrono::milliseconds time{0}; ///< of those that are over
    };

    /// A loop that will be told of; its count is 0.
    void addLoop(int loop);
    /// Its number, by which its end is told.
    quint64 begin(Stall stall);
    /// request: who is to blame after all, where begin() did not know.
    void end(quint64 number, std::chrono::milliseconds duration, std::optional<Stall::Request> request);

    std::vector<Stall> newestFirst() const;
    /// Of each loop, by its number.
    std::vector<Count> counts() const;

private:
    mutable std::mutex m_mutex;
    std::deque<Stall> m_stalls; ///< oldest first
    quint64 m_forgotten = 0; ///< the number of the first one
    std::vector<Count> m_counts;
};

} // namespace openloop
