// SPDX-License-Identifier: GPL-3.0-or-later
// Turns of the event loop, one by one, so that the condition itself is asked and nobody has to announce it.
#include "server/loop/wait_at_most.h"

#include <QEventLoop>
#include <QTimer>

namespace openloop {

// Level-triggered: what makes done() true runs on this thread, within a turn, and after each turn it is asked. The
// timer only ends the last turn.
bool waitAtMost(std::chrono::milliseconds time, const std::function<bool()> &done)
{
    QTimer timer;
    timer.setSingleShot(true);
    timer.start(time);
    QEventLoop loop;
    while (!done() && timer.isActive())
        loop.processEvents(QEventLoop::WaitForMoreEvents);
    return done();
}

} // namespace openloop
