// SPDX-License-Identifier: GPL-3.0-or-later
// The end of a service: clients have their answers within a time, and the process ends whatever does not.
#pragma once

#include <chrono>
#include <thread>

namespace openloop {

namespace http {
class App;
}

/// Made before all that is to end, so that it bounds the end of that, too. The thread of the event loop.
class Drain
{
public:
    /// Says no to new clients, lets the others have their answers for `atMost`, and leaves the loop. If the process is
    /// still there `farewell` after that - a computation that ignores its stop, a kernel call that hangs - it ends by
    /// exit code 1.
    void begin(http::App &app, std::chrono::milliseconds atMost, std::chrono::milliseconds farewell);

private:
    std::jthread m_bound;
};

} // namespace openloop
