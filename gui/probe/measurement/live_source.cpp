// SPDX-License-Identifier: GPL-3.0-or-later
// Passes on what the engine says.
#include "gui/probe/measurement/live_source.h"

namespace openloop::probe {

LiveSource::LiveSource(Engine &engine) : m_engine(engine)
{
    connect(&engine, &Engine::batch, this, &Source::batch);
    connect(&engine, &Engine::stateChanged, this,
            [this](Engine::State state) { emit pausedChanged(state == Engine::State::Paused); });
}

void LiveSource::setTargets(const QList<Target> &targets)
{
    if (m_engine.targets() != targets)
        m_engine.setTargets(targets);
}

} // namespace openloop::probe
