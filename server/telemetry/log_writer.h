// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps whoever logs from waiting for the log: a bounded queue, and one thread that writes it out.
#pragma once

#include <QByteArray>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>

namespace openloop {

/// Lines on their way to a descriptor. Lives as long as its process, for the thread may be within a write that never
/// returns; so it is made by new, and never destroyed.
class LogWriter
{
public:
    static constexpr qsizetype mostWaiting = 1024 * 1024; ///< bytes; what has no room is dropped

    /// tellDropped: the line that says how many lines were dropped before it; called by the writing thread.
    LogWriter(int descriptor, std::function<QByteArray(qint64)> tellDropped);
    Q_DISABLE_COPY_MOVE(LogWriter)

    /// line: with its end. Never waits for the descriptor. Any thread.
    void write(const QByteArray &line);

    /// Waits until all is written that was given before; false: it was not in time. Any thread.
    bool flush(std::chrono::milliseconds atMost);

    /// Lines that had no room, or could not be written. Any thread.
    qint64 dropped() const { return m_dropped; }
    /// Whether something is still to be written. Any thread, and handlers of signals.
    bool isBusy() const { return m_busy; }

private:
    ~LogWriter() = default;

    void run();
    void writeOut(const QByteArray &lines);
    void drop(qint64 lines);

    const int m_descriptor;
    const std::function<QByteArray(qint64)> m_tellDropped;
    std::mutex m_mutex; ///< guards what follows; never held during a write
    std::condition_variable m_given;
    std::condition_variable m_written;
    QByteArray m_waiting;
    qint64 m_untold = 0; ///< dropped lines that no line has told of
    std::atomic<bool> m_busy = false; ///< written under the mutex
    std::atomic<qint64> m_dropped = 0; ///< likewise
};

} // namespace openloop
