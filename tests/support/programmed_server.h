// SPDX-License-Identifier: GPL-3.0-or-later
// A service whose latencies are known because they were programmed: the truth that measurements are held
// against.
#pragma once

#include "gui/probe/engine/file_descriptor.h"

#include <QByteArray>
#include <QList>
#include <QString>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <thread>

namespace openloop::test {

/// What the server does with one request.
struct Reaction {
    enum class Kind { Answer, Reset, Silence };

    Kind kind = Kind::Answer;
    std::chrono::nanoseconds latency{0};
    int status = 200;
    QByteArray body = "ok";
    QByteArray fields; ///< further header lines, each with its line end
};

inline Reaction answerAfter(std::chrono::nanoseconds latency)
{
    Reaction reaction;
    reaction.latency = latency;
    return reaction;
}

/// HTTP/1.1 on a free loopback port, raw sockets, one thread that never blocks on a request: a latency delays
/// its own answer only. Timers are exact to some 50 us on an idle machine.
class ProgrammedServer
{
public:
    /// `react` gets the number of the request (0, 1, ... over all connections) and its path with query;
    /// server thread.
    using React = std::function<Reaction(int number, const QByteArray &path)>;

    explicit ProgrammedServer(React react);
    ~ProgrammedServer();

    QString url(const QString &path = QStringLiteral("/")) const;
    quint16 port() const { return m_port; }
    int requests() const { return m_requests; } ///< so far; any thread
    int connections() const { return m_accepted; } ///< so far; any thread
    int open() const { return m_open; } ///< connections now; any thread

    /// Answers nothing and reads nothing for so long, as a blocked event loop does; then goes on with what
    /// piled up.
    void stallFor(std::chrono::nanoseconds duration);
    /// When the last stall really began and ended, as the machine let it; the epoch before. Any thread.
    std::chrono::steady_clock::time_point stalledFrom() const { return m_stalledFrom; }
    std::chrono::steady_clock::time_point stalledUntil() const { return m_stalledUntil; }

private:
    struct Connection;

    void serve(std::stop_token stop);

    React m_react;
    openloop::probe::FileDescriptor m_listener, m_wake;
    quint16 m_port = 0;
    std::atomic<int> m_requests = 0;
    std::atomic<int> m_accepted = 0;
    std::atomic<int> m_open = 0;
    std::atomic<std::chrono::nanoseconds> m_stall{std::chrono::nanoseconds(0)};
    std::atomic<std::chrono::steady_clock::time_point> m_stalledFrom{}, m_stalledUntil{};
    std::jthread m_thread;
};

} // namespace openloop::test
