// SPDX-License-Identifier: GPL-3.0-or-later
// See stop_signals.h.
#include "common/stop_signals.h"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace openloop {

namespace {

std::array<int, 2> wakePipe{-1, -1};
volatile std::sig_atomic_t signalsSeen = 0;

extern "C" void onStopSignal(int number)
{
    if (signalsSeen != 0)
        _exit(128 + number);
    signalsSeen = 1;
    const char wake = 1;
    [[maybe_unused]] const auto written = ::write(wakePipe[1], &wake, 1);
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
    signalsSeen = 0;
    onSignals(onStopSignal);
}

StopSignals::~StopSignals()
{
    onSignals(SIG_DFL);
    m_notifier.setEnabled(false);
    for (int &end : wakePipe)
        ::close(std::exchange(end, -1));
}

} // namespace openloop
