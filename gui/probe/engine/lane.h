// SPDX-License-Identifier: GPL-3.0-or-later
// Requests of one target on connections of their own; with transfer.h all that knows libcurl.
#pragma once

#include "gui/probe/engine/answer.h"
#include "gui/probe/engine/reactor.h"
#include "gui/probe/targets/target.h"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace openloop::probe {

class Transfer;

/// Sends requests through a libcurl multi handle of its own, which is driven by a Reactor. Used and destroyed
/// in the reactor's thread. Kept connections are not reused after 4 s of idling: many servers close them at 5
/// s, and a request that meets the closing would look like a fault of the service.
class Lane : private Reactor::Watcher
{
public:
    using Done = std::function<void(Answer)>;

    /// keepBody: bytes of each body to keep beside what the expectation needs. `done` is called in the
    /// reactor's thread; it may start further requests.
    Lane(Reactor &reactor, const Target &target, qsizetype keepBody, Done done);
    ~Lane() override;

    /// Sends one request now; `due` goes into its sample.
    void start(const QByteArray &url, Instant due);
    /// Drops what is in flight, without calling back, and closes its connections.
    void abortAll();

    int inFlight() const { return static_cast<int>(m_active.size()); }
    /// Due times of what is in flight, unordered.
    std::vector<Instant> openDues() const;

    Instant deadline() const { return m_deadline; } ///< libcurl wants onDeadline() then
    void onDeadline(Instant now);

private:
    struct Multi;

    void ready(int fd, unsigned epollEvents) override;
    void act(int fd, int bits);
    void actOnTimeout();
    void keepSockets(void *easy);
    void collect();
    static int onSocket(void *easy, int fd, int what, void *lane, void *);
    static int onTimer(void *multi, long milliseconds, void *lane);

    Reactor &m_reactor;
    Target m_target;
    qsizetype m_keepBody;
    Done m_done;
    std::unique_ptr<Multi> m_multi;
    std::vector<std::unique_ptr<Transfer>> m_active;
    std::vector<std::unique_ptr<Transfer>> m_idle;
    Instant m_deadline = Instant::max();
    std::optional<Instant> m_certificateEnd;
};

} // namespace openloop::probe
