// SPDX-License-Identifier: GPL-3.0-or-later
// Ctrl-C as a stop request: what was found is still printed.
#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

namespace openloop::factor_command {

/// Takes SIGINT and SIGTERM for the process; make it before any other thread. While a number is in work the first
/// signal asks it to stop; otherwise, and from the second on, the process ends at once as by the signal.
class Interrupt
{
public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt &) = delete;
    Interrupt &operator=(const Interrupt &) = delete;

    std::stop_token token() const { return m_stop.get_token(); }
    int signal() const { return m_signal; } ///< the one that came, or 0

    /// Tells whether a number is in work.
    void setBusy(bool busy) { m_busy = busy; }

private:
    void watch();

    std::stop_source m_stop;
    std::atomic<int> m_signal = 0;
    std::atomic<bool> m_busy = false;
    std::atomic<bool> m_ending = false;
    std::jthread m_watcher;
};

} // namespace openloop::factor_command
