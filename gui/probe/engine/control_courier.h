// SPDX-License-Identifier: GPL-3.0-or-later
// Requests to the control responder, over a socket of its own: both ends are known, and what reads the answers of
// strangers would cost more than all the rest.
#pragma once

#include "gui/probe/engine/courier.h"
#include "gui/probe/engine/file_descriptor.h"
#include "gui/probe/engine/reactor.h"

#include <deque>

namespace openloop::probe {

/// Sends over one connection, one request behind the other, and knows an answer by its length. After 5 s without one,
/// or when the connection breaks, all that is in flight has failed, and the next request goes over a new one.
class ControlCourier : public Courier, private Reactor::Watcher
{
public:
    /// port: of a ControlResponder.
    ControlCourier(Reactor &reactor, quint16 port, Done done);
    ~ControlCourier() override;

    void start(const QByteArray &url, Instant due) override;
    void abortAll() override;
    std::vector<Instant> openDues() const override;
    void onDeadline(Instant now) override;

private:
    struct Sent {
        Instant due, at;
    };

    void ready(int fd, unsigned epollEvents) override;
    void connect();
    void finish(const Sent &sent, Outcome outcome);
    void fail(Outcome outcome);

    Reactor &m_reactor;
    quint16 m_port;
    Done m_done;
    FileDescriptor m_socket; ///< invalid: not connected
    std::deque<Sent> m_open;
    std::size_t m_received = 0; ///< bytes of the answer that is on its way
};

} // namespace openloop::probe
