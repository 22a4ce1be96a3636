// SPDX-License-Identifier: GPL-3.0-or-later
// The handlers note what has come and write a byte into a pipe, which wakes the event loop.
#include "common/stop_signals.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace openloop {

namespace {

std::array<int, 2> wakePipe{-1, -1};
volatile std::sig_atomic_t signalSeen = 0;
volatile std::sig_atomic_t reloadWanted = 0;

void wakeLoop()
{
    const int interrupted = errno; // of whatever the thread was about to look at
    const char wake = 1;
    [[maybe_unused]] const auto written = ::write(wakePipe[1], &wake, 1); // without room the loop is awake already
    errno = interrupted;
}

extern "C" void onStopSignal(int number)
{
    if (signalSeen != 0)
        _exit(128 + number);
    signalSeen = number;
    wakeLoop();
}

extern "C" void onReloadSignal(int)
{
    reloadWanted = 1;
    wakeLoop();
}

int openPipe()
{
    if (::pipe2(wakePipe.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        wakePipe = {-1, -1};
    return wakePipe[0];
}

void onSignals(void (*handler)(int))
{
    for (const int number : {SIGTERM, SIGINT})
        std::signal(number, handler);
}

} // namespace

StopSignals::StopSignals(std::function<void()> stop, std::function<void()> reload)
    : m_stop(std::move(stop)), m_reload(std::move(reload)), m_notifier(openPipe(), QSocketNotifier::Read)
{
    QObject::connect(&m_notifier, &QSocketNotifier::activated, &m_notifier, [this] { read(); });
    signalSeen = 0;
    reloadWanted = 0;
    if (wakePipe[0] < 0) {
        qWarning("no pipe for signals: the first one ends the process at once");
        return;
    }
    onSignals(onStopSignal);
    if (m_reload)
        std::signal(SIGHUP, onReloadSignal);
}

StopSignals::~StopSignals()
{
    onSignals(SIG_DFL);
    if (m_reload)
        std::signal(SIGHUP, SIG_IGN); // whoever ends reads nothing any more
    m_notifier.setEnabled(false);
    for (int &end : wakePipe) {
        if (end >= 0)
            ::close(std::exchange(end, -1));
    }
}

// The pipe is emptied first: a signal that comes after that wakes the loop once more.
void StopSignals::read()
{
    std::array<char, 64> bytes{};
    while (::read(wakePipe[0], bytes.data(), bytes.size()) > 0)
        ;
    if (signalSeen != 0 && !std::exchange(m_isStopping, true))
        m_stop();
    if (reloadWanted != 0 && !m_isStopping) {
        reloadWanted = 0;
        m_reload();
    }
}

int StopSignals::number() const
{
    return signalSeen;
}

} // namespace openloop
