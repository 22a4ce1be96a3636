// SPDX-License-Identifier: GPL-3.0-or-later
// LISTEN and NOTIFY on a connection of their own: a statement of ours would keep them waiting, and QtSql tells of no
// loss.
#pragma once

#include "server/jobs/hints/pg_connection.h"
#include "server/store/reconnect.h"

#include <QByteArrayList>
#include <QObject>

#include <functional>
#include <future>
#include <mutex>
#include <thread>

namespace openloop::hints {

/// The channel that it listens to.
inline constexpr char channel[] = "openloop_hints";

/// Listens while it is told to, and connects again, with jitter, whenever that is lost. A thread of its own, not the
/// event loop with those functions of libpq that promise not to block: they look up names, read certificates and
/// stretch passwords on the spot all the same, and know no connect_timeout, so that a silent host hides the next one.
/// On the event loop, which it never keeps waiting; destroying it shuts down what its thread is busy with.
class Listener
{
public:
    /// Called on the event loop.
    struct Events {
        std::function<void(bool listens)> changed; ///< a connection listens; it does so no more
        std::function<void(const QByteArrayList &payloads)> heard; ///< what other connections have said
    };

    /// location: of a PostgreSQL. Throws StartFailure.
    Listener(SqlLocation location, Events events);
    ~Listener();
    Q_DISABLE_COPY_MOVE(Listener)

    void setListening(bool listening);

    /// Says it soon, in one transaction of its own; never again if the connection is lost. payloads: letters, digits
    /// and blanks, each below 8,000 bytes.
    void notify(const QByteArrayList &payloads);

private:
    void run(const std::stop_token &stop);
    bool listenOnce(const std::stop_token &stop);
    bool serve(const std::stop_token &stop);
    void pauseUntil(Reconnect::Clock::time_point time) const;
    bool isWanted();
    QByteArrayList takePending();
    void wake() const;

    const SqlLocation m_location;
    const Events m_events;
    const int m_mark; ///< see socketMark
    const int m_wake; ///< an eventfd: something of the following has changed, or a stop was requested
    std::mutex m_mutex; // guards the following
    bool m_wanted = false;
    QByteArrayList m_pending;
    PgConnection m_connection; // this and the next two are the thread's
    Reconnect m_reconnect;
    bool m_isRefused = false; // and the log knows why
    std::promise<void> m_ended;
    QObject m_loop; ///< what is told goes with it
    std::jthread m_thread; // last: it uses the others
};

} // namespace openloop::hints
