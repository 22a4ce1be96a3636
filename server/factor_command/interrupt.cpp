// SPDX-License-Identifier: GPL-3.0-or-later
// A thread that waits in sigwait: no handler, so nothing is forbidden in it.
#include "server/factor_command/interrupt.h"

#include <csignal>
#include <pthread.h>
#include <unistd.h>

namespace openloop::factor_command {

namespace {

sigset_t watched()
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

} // namespace

Interrupt::Interrupt()
{
    // Blocked in all threads, so that only the watcher gets them, outside of any handler.
    const sigset_t set = watched();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    m_watcher = std::jthread([this] { watch(); });
}

Interrupt::~Interrupt()
{
    m_ending = true;
    // Blocked in every thread, it ends none: the watcher takes it.
    pthread_kill(m_watcher.native_handle(), SIGTERM); // NOLINT(bugprone-bad-signal-to-kill-thread)
}

void Interrupt::watch()
{
    const sigset_t set = watched();
    for (;;) {
        int signal = 0;
        sigwait(&set, &signal);
        if (m_ending)
            return;
        if (!m_busy || m_stop.stop_requested())
            _exit(128 + signal);
        m_signal = signal;
        m_stop.request_stop();
    }
}

} // namespace openloop::factor_command
