// SPDX-License-Identifier: GPL-3.0-or-later
// The event loops themselves tell the service manager that they turn: one that is stuck tells nothing, and is ended.
#pragma once

#include <QTimer>

#include <memory>

namespace openloop {

namespace http {
class App;
}
class ServiceManager;

/// Asks every loop of the app, at the interval that the manager wants, and beats when all have answered; while one owes
/// its answer there is no beat, and no other question. The home loop's thread.
class Watchdog
{
public:
    /// manager: outlives the app, whose loops may answer late.
    Watchdog(http::App &app, ServiceManager &manager);

private:
    QTimer m_timer;
    std::shared_ptr<bool> m_isAsking = std::make_shared<bool>(false); ///< an answer is owed
};

} // namespace openloop
