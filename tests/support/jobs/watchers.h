// SPDX-License-Identifier: GPL-3.0-or-later
// Thousands of clients that watch jobs, and when each of them is told the end.
#pragma once

#include "tests/support/patience.h"
#include "tests/support/raw_client.h"

#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace openloop::test {

/// One thread and one epoll read for all of them. Who is refused because the database is slow or away comes back a
/// second later. Any thread.
class Watchers
{
public:
    struct Told {
        QByteArray path; ///< of the job
        QByteArray end; ///< "done", "failed" or "cancelled"; empty: the stream ended without a word of it
        qint64 asked = 0; ///< ms since 1970
        qint64 at = 0; ///< likewise
    };

    Watchers();
    ~Watchers();
    Q_DISABLE_COPY_MOVE(Watchers)

    /// Another one, of the job at that path.
    void add(quint16 port, const QByteArray &path);
    /// Those that have not been told the end: their stream is open, or they come back.
    int open() const;
    /// Those whose stream has begun so far.
    int greeted() const { return m_greeted; }
    /// Those whose stream has ended since this was asked last.
    std::vector<Told> take();

private:
    struct Watcher {
        quint16 port = 0;
        Told told;
        RawClient client;
        QByteArray tail; ///< of what was heard
    };
    struct Refused {
        quint16 port = 0;
        QByteArray path;
        Clock::time_point comesBack;
    };

    void ask(quint16 port, const QByteArray &path); // with the mutex locked, as comeBack
    void comeBack();
    void read(const std::stop_token &stop);
    void hear(int descriptor);

    const int m_poll;
    std::atomic<int> m_greeted = 0;
    mutable std::mutex m_mutex; // guards the following
    std::map<int, Watcher> m_open; ///< by descriptor
    std::vector<Refused> m_refused;
    std::vector<Told> m_told;
    std::jthread m_thread; // last: it ends first
};

} // namespace openloop::test
