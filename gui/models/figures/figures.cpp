// SPDX-License-Identifier: GPL-3.0-or-later
// The words of the states.
#include "gui/models/figures/figures.h"

#include <QCoreApplication>

namespace openloop::gui {

namespace {

struct StateText {
    Q_DECLARE_TR_FUNCTIONS(StateText)
};

} // namespace

QString wordFor(State state)
{
    switch (state) {
    case State::Ok: return StateText::tr("OK");
    case State::Degraded: return StateText::tr("SLOW");
    case State::Down: return StateText::tr("DOWN");
    case State::Stale: return StateText::tr("NO DATA");
    case State::Paused: return StateText::tr("PAUSED");
    case State::Unknown: break;
    }
    return StateText::tr("WAITING");
}

QString wordFor(const TargetFigures &figures)
{
    if (figures.isMuted)
        return StateText::tr("NOT PROBED");
    if (figures.isMerelyLoaded())
        return StateText::tr("LOADED");
    if (figures.state == State::Degraded && figures.isControl)
        return StateText::tr("BUSY"); // this machine is, whatever its latency
    if (figures.state == State::Degraded && figures.errors > 0 && (!figures.promise || figures.promise->kept))
        return StateText::tr("FAILING");
    return wordFor(figures.state);
}

} // namespace openloop::gui
