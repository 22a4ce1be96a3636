// SPDX-License-Identifier: GPL-3.0-or-later
// Turns SIGTERM and SIGINT into a call on the event loop; a second one ends the process at once.
#pragma once

#include <QSocketNotifier>

#include <functional>

namespace openloop {

/// One at a time; on the main thread, with its event loop.
class StopSignals
{
public:
    explicit StopSignals(std::function<void()> stop);
    ~StopSignals();
    /// The signal that has come; 0: none has.
    int number() const;
    Q_DISABLE_COPY_MOVE(StopSignals)

private:
    std::function<void()> m_stop;
    QSocketNotifier m_notifier;
};

} // namespace openloop
