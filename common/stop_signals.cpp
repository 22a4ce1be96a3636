// SPDX-License-Identifier: GPL-3.0-or-later
// The handler writes a byte into a pipe, which the event loop reads.
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

extern "C" void onStopSignal(int number)
{
    if (signalSeen != 0)
        _exit(128 + number);
    signalSeen = number;
    const int interrupted = errno; // of whatever the thread was about to look at
    const char wake = 1;
    [[maybe_unused]] const auto written = ::write(wakePipe[1], &wake, 1); // one byte has room
    errno = interrupted;
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

StopSignals::StopSignals(std::function<void()> stop)
    : m_stop(std::move(stop)), m_notifier(openPipe(), QSocketNotifier::Read)
{
    QObject::connect(&m_notifier, &QSocketNotifier::activated, &m_notifier, [this] {
        m_notifier.setEnabled(false);
        m_stop();
    });
    signalSeen = 0;
    if (wakePipe[0] >= 0)
        onSignals(onStopSignal);
    else
        qWarning("no pipe for signals: the first one ends the process at once");
}

StopSignals::~StopSignals()
{
    onSignals(SIG_DFL);
    m_notifier.setEnabled(false);
    for (int &end : wakePipe) {
        if (end >= 0)
            ::close(std::exchange(end, -1));
    }
}

int StopSignals::number() const
{
    return signalSeen;
}

} // namespace openloop
