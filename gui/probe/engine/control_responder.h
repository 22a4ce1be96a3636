// SPDX-License-Identifier: GPL-3.0-or-later
// The known-good service: answers at once, from this process, so that slowness seen here is the host's.
#pragma once

#include "gui/probe/engine/file_descriptor.h"

#include <QtGlobal>

#include <string_view>
#include <thread>

namespace openloop::probe {

/// A minimal HTTP/1.1 responder on a free loopback port, in a thread of its own. Raw sockets: nothing in
/// between. Its priority stays normal, unlike the probe's: what delays it would delay any service here.
class ControlResponder
{
public:
    ControlResponder(); ///< throws std::system_error when there is no loopback socket to be had
    ~ControlResponder(); ///< stops and joins

    static constexpr std::string_view answer =
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok";

    quint16 port() const { return m_port; }

private:
    void serve(std::stop_token stop);

    FileDescriptor m_listener, m_wake;
    quint16 m_port = 0;
    std::jthread m_thread;
};

} // namespace openloop::probe
