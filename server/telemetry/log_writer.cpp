// SPDX-License-Identifier: GPL-3.0-or-later
// Takes all that waits at once, and writes whole lines, as many as a pipe takes in one piece.
#include "server/telemetry/log_writer.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <poll.h>
#include <pthread.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace openloop {

namespace {

// Lines of several processes on one pipe do not mix, as long as each write is at most this (POSIX write()).
constexpr qsizetype mostAtOnce = PIPE_BUF;

// Of whole lines as many as are written at once; of a longer one its beginning.
qsizetype pieceOf(QByteArrayView lines)
{
    if (lines.size() <= mostAtOnce)
        return lines.size();
    const qsizetype end = lines.first(mostAtOnce).lastIndexOf('\n');
    return end < 0 ? mostAtOnce : end + 1;
}

// Who started the program may have made the descriptor, which it shares, one that does not wait.
bool mayTryAgain(int descriptor)
{
    if (errno == EAGAIN) {
        pollfd room{descriptor, POLLOUT, 0};
        ::poll(&room, 1, -1);
        return true;
    }
    return errno == EINTR;
}

} // namespace

LogWriter::LogWriter(int descriptor, std::function<QByteArray(qint64)> tellDropped)
    : m_descriptor(descriptor), m_tellDropped(std::move(tellDropped))
{
    // Signals are for the threads that expect them.
    sigset_t all{};
    sigset_t before{};
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread([this] { run(); }).detach();
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void LogWriter::write(const QByteArray &line)
{
    const std::lock_guard lock(m_mutex);
    if (m_waiting.size() + line.size() > mostWaiting)
        return drop(1);
    m_waiting.append(line.constData(), line.size()); // a copy, the first as well: what it shares is the caller's
    m_busy = true;
    m_given.notify_one();
}

void LogWriter::drop(qint64 lines)
{
    m_dropped += lines;
    m_untold += lines;
}

// Level-triggered: looks at the state under the mutex before each wait.
bool LogWriter::flush(std::chrono::milliseconds atMost)
{
    std::unique_lock lock(m_mutex);
    return m_written.wait_for(lock, atMost, [this] { return !m_busy; });
}

// Level-triggered, likewise: what was given while it wrote is there when it looks again.
void LogWriter::run()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_given.wait(lock, [this] { return !m_waiting.isEmpty(); });
        QByteArray lines = std::exchange(m_waiting, {});
        const qint64 untold = std::exchange(m_untold, 0);
        lock.unlock();
        if (untold > 0) // they came when these had taken all room
            lines += m_tellDropped(untold);
        writeOut(lines);
        lock.lock();
        m_busy = !m_waiting.isEmpty();
        if (!m_busy)
            m_written.notify_all();
    }
}

void LogWriter::writeOut(const QByteArray &lines)
{
    QByteArrayView left = lines;
    while (!left.isEmpty()) {
        const auto written = ::write(m_descriptor, left.data(), std::size_t(pieceOf(left)));
        if (written >= 0) {
            left = left.sliced(written);
        } else if (!mayTryAgain(m_descriptor)) {
            const std::lock_guard lock(m_mutex);
            return drop(std::ranges::count(left, '\n'));
        }
    }
}

} // namespace openloop
