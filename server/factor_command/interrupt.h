// SPDX-License-Identifier: GPL-3.0-or-later
// A signal as a stop request: what was found is still printed, then the process ends by that signal.
#pragma once

#include <atomic>
#include <csignal>
#include <stop_token>
#include <thread>

namespace openloop::factor_command {

/// Takes SIGHUP, SIGINT and SIGTERM for the process, but for those that it was started to ignore; make it before any
/// other thread. The first asks the work to stop; the process ends at once where there is no work, from the second
/// signal on, and when nobody takes the output within two seconds.
class Interrupt
{
public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt &) = delete;
    Interrupt &operator=(const Interrupt &) = delete;

    std::stop_token token() const { return m_stop.get_token(); }
    bool came() const { return m_signal != 0; }

    /// Says that this thread waits for input and holds nothing back. Ends the process if a signal has come.
    void beginWait();
    void endWait() { m_waiting = false; }

    /// Stops watching: from here on came() knows of every signal that the process was sent before. For the end.
    void endWatch();

    /// Ends the process by the signal that came, as a shell wants to see it.
    [[noreturn]] void end() const;

private:
    void watch();

    sigset_t m_watched;
    std::stop_source m_stop;
    std::atomic<int> m_signal = 0;
    std::atomic<bool> m_waiting = false;
    std::atomic<bool> m_ending = false;
    std::jthread m_watcher;
};

} // namespace openloop::factor_command
