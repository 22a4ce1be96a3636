// SPDX-License-Identifier: GPL-3.0-or-later
// See figures.h.
#include "gui/models/figures.h"

#include <QCoreApplication>

namespace openloop::gui {

QString wordFor(State state)
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("State", text); };
    switch (state) {
    case State::Ok:
        return tr("OK");
    case State::Degraded:
        return tr("SLOW");
    case State::Down:
        return tr("DOWN");
    case State::Stale:
        return tr("NO DATA");
    case State::Paused:
        return tr("PAUSED");
    case State::Unknown:
        break;
    }
    return tr("WAITING");
}

} // namespace openloop::gui
