// SPDX-License-Identifier: GPL-3.0-or-later
// The upstream of a service that was given none: a real HTTP listener, so that the call is a call.
#pragma once

#include <QUrl>

#include <chrono>
#include <memory>

class QThread;

namespace openloop {

class StandInListener;

/// Answers `GET /todos/{id}` (id 1 to 200) on a free loopback port, on a thread of its own.
/// delay: how long each answer is held back, 0 or more; any number of answers wait at once.
/// Throws StartFailure if no port can be had.
class StandIn
{
public:
    explicit StandIn(std::chrono::milliseconds delay = {});
    ~StandIn();
    Q_DISABLE_COPY_MOVE(StandIn)

    /// `http://127.0.0.1:PORT/todos/1`
    QUrl url() const;

private:
    void stop();

    std::unique_ptr<QThread> m_thread;
    StandInListener *m_listener; // lives and dies on m_thread
    quint16 m_port = 0;
};

} // namespace openloop
