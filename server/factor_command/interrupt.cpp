// SPDX-License-Identifier: GPL-3.0-or-later
// A thread waits for the signals, which are blocked elsewhere: no handler, so nothing is forbidden in it.
#include "server/factor_command/interrupt.h"

#include <pthread.h>
#include <unistd.h>

namespace openloop::factor_command {

namespace {

// For the last results; a reader that has stopped reading must not keep the process alive.
constexpr timespec grace{2, 0};

bool isIgnored(int signal)
{
    struct sigaction action{};
    return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

// By the signal itself, not by an exit code that looks like it: a shell loop ends only then.
[[noreturn]] void endBy(int signal)
{
    std::signal(signal, SIG_DFL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    std::raise(signal);
    _exit(128 + signal); // not reached
}

} // namespace

Interrupt::Interrupt()
{
    sigset_t blocked;
    pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
    sigemptyset(&m_watched);
    for (const int signal : {SIGHUP, SIGINT, SIGTERM}) {
        if (!isIgnored(signal) && sigismember(&blocked, signal) == 0)
            sigaddset(&m_watched, signal);
    }
    sigaddset(&m_watched, SIGRTMIN); // wakes the watcher for its end
    pthread_sigmask(SIG_BLOCK, &m_watched, nullptr);
    m_watcher = std::jthread([this] { watch(); });
}

Interrupt::~Interrupt()
{
    endWatch();
}

// A signal is with the watcher, which is joined, or pending still: what comes together with the end of the input
// counts.
void Interrupt::endWatch()
{
    if (!m_watcher.joinable())
        return;
    m_ending = true;
    pthread_kill(m_watcher.native_handle(), SIGRTMIN);
    m_watcher.join();
    sigset_t pending;
    sigpending(&pending);
    for (const int signal : {SIGHUP, SIGINT, SIGTERM}) {
        if (!came() && sigismember(&m_watched, signal) == 1 && sigismember(&pending, signal) == 1)
            m_signal = signal;
    }
}

// The watcher stores the signal, then reads m_waiting; the other thread stores m_waiting, then reads the signal: one
// of the two sees both, so that no signal is slept through.
void Interrupt::beginWait()
{
    m_waiting = true;
    if (came())
        end();
}

void Interrupt::end() const
{
    endBy(m_signal);
}

void Interrupt::watch()
{
    for (;;) {
        const int signal = came() ? sigtimedwait(&m_watched, nullptr, &grace) : sigwaitinfo(&m_watched, nullptr);
        if (signal == SIGRTMIN) {
            if (m_ending)
                return;
            continue; // from somebody else
        }
        if (came())
            endBy(m_signal);
        if (signal < 0)
            continue;
        m_signal = signal;
        m_stop.request_stop();
        if (m_waiting)
            endBy(signal);
    }
}

} // namespace openloop::factor_command
