// SPDX-License-Identifier: GPL-3.0-or-later
// Passes on what the engine says; how much of it is remembered.
#include "gui/probe/measurement/live_source.h"

#include <algorithm>

namespace openloop::probe {

LiveSource::LiveSource(Engine &engine, std::optional<Nanoseconds> kept) : m_engine(engine), m_kept(kept)
{
    connect(&engine, &Engine::batch, this, &Source::batch);
    connect(&engine, &Engine::stateChanged, this,
            [this](Engine::State state) { emit pausedChanged(state == Engine::State::Paused); });
}

Series LiveSource::series(const QString &name) const
{
    const auto &targets = m_engine.targets();
    const auto found = std::ranges::find(targets, name, &Target::name);
    return ofInterval(found == targets.end() ? Target().interval : found->interval);
}

Series LiveSource::controlSeries() const
{
    return ofInterval(Target().interval);
}

Series LiveSource::ofInterval(Nanoseconds interval) const
{
    if (!m_kept)
        return Series(origin());
    // One more of each, as neither a tick nor a rollup begins where the stretch does.
    return Series(origin(), std::min<qint64>(*m_kept / interval + 1, 864'000),
                  std::min<std::size_t>(static_cast<std::size_t>(*m_kept / Series::rollup) + 1, Series::maxRollups));
}

void LiveSource::setTargets(const QList<Target> &targets)
{
    if (m_engine.targets() != targets)
        m_engine.setTargets(targets);
}

} // namespace openloop::probe
