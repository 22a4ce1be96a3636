// SPDX-License-Identifier: GPL-3.0-or-later
// Requests of one target on connections of their own; with transfer.h all that knows libcurl.
#pragma once

#include "gui/probe/engine/courier.h"
#include "gui/probe/engine/reactor.h"
#include "gui/probe/targets/target.h"

#include <memory>
#include <optional>

namespace openloop::probe {

class Transfer;

/// Sends requests through a libcurl multi handle of its own, which is driven by a Reactor. Used and destroyed
/// in the reactor's thread. Kept connections are not reused after 4 s of idling: many servers close them at 5
/// s, and a request that meets the closing would look like a fault of the service.
class Lane : public Courier, private Reactor::Watcher
{
public:
    /// keepBody: bytes of each body to keep beside what the expectation needs.
    Lane(Reactor &reactor, const Target &target, qsizetype keepBody, Done done);
    ~Lane() override;

    void start(const QByteArray &url, Instant due) override;
    void abortAll() override;
    int inFlight() const { return static_cast<int>(m_active.size()); }
    std::vector<Instant> openDues() const override;
    void onDeadline(Instant now) override;

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
    std::optional<Instant> m_certificateEnd;
};

} // namespace openloop::probe
