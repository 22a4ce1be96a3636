// SPDX-License-Identifier: GPL-3.0-or-later
// Turns SIGTERM and SIGINT into a call on the event loop, a second one of which ends the process at once; SIGHUP, too.
#pragma once

#include <QSocketNotifier>

#include <functional>

namespace openloop {

/// One at a time; on the main thread, with its event loop.
class StopSignals
{
public:
    /// reload: for SIGHUP; several that come close together are one. Null: that is left as it is.
    explicit StopSignals(std::function<void()> stop, std::function<void()> reload = {});
    ~StopSignals();
    /// The signal that stops and has come; 0: none has.
    int number() const;
    Q_DISABLE_COPY_MOVE(StopSignals)

private:
    void read();

    std::function<void()> m_stop;
    std::function<void()> m_reload;
    bool m_isStopping = false;
    QSocketNotifier m_notifier;
};

} // namespace openloop
