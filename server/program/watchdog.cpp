// SPDX-License-Identifier: GPL-3.0-or-later
// A beat late by one loop's stall, and not by the timer's next turn: so a stall is borne up to half the manager's time.
#include "server/program/watchdog.h"

#include "server/http/app.h"
#include "server/program/service_manager.h"

#include <utility>

namespace openloop {

Watchdog::Watchdog(http::App &app, ServiceManager &manager)
{
    if (manager.beatInterval().count() == 0)
        return;
    QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this, &app, &manager] {
        if (std::exchange(*m_isAsking, true))
            return;
        app.askLoops([isAsking = m_isAsking, &manager] {
            *isAsking = false;
            manager.beat();
        });
    });
    m_timer.start(manager.beatInterval());
}

} // namespace openloop
