// SPDX-License-Identifier: GPL-3.0-or-later
// An isolation test on a running engine. The rest of isolation.h.
#include "gui/probe/experiments/isolation.h"

namespace openloop::probe {

IsolationRun::IsolationRun(Engine &engine, IsolationConfig config, QObject *parent)
    : QObject(parent), m_engine(engine), m_test(std::move(config))
{
    connect(&engine, &Engine::batch, this, &IsolationRun::onBatch);
}

IsolationRun::~IsolationRun()
{
    abort();
}

void IsolationRun::start()
{
    m_engine.setMuted(m_test.config().load, true);
    m_test.start(std::chrono::steady_clock::now(), m_engine.targets());
    setPhase(m_test.phase());
    if (m_test.phase() == IsolationPhase::Done)
        emit finished(m_test.verdict());
}

void IsolationRun::abort()
{
    if (m_test.wantedLoad() > 0)
        m_engine.setLoad(m_test.config().load, 0);
    m_engine.setMuted(m_test.config().load, false);
    m_test.abort();
    setPhase(m_test.phase());
}

void IsolationRun::onBatch(const Batch &batch)
{
    const int before = m_test.wantedLoad();
    m_test.add(batch);
    if (m_test.wantedLoad() != before)
        m_engine.setLoad(m_test.config().load, m_test.wantedLoad());
    const bool justDone = m_test.phase() == IsolationPhase::Done && m_shown != IsolationPhase::Done;
    setPhase(m_test.phase());
    emit progressed(m_test.progress(batch.until));
    if (justDone)
        emit finished(m_test.verdict());
}

void IsolationRun::setPhase(IsolationPhase phase)
{
    if (std::exchange(m_shown, phase) != phase)
        emit phaseChanged(phase);
}

} // namespace openloop::probe
