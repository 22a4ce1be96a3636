// SPDX-License-Identifier: GPL-3.0-or-later
// Doubling and bisecting, and the steps of it on a running engine.
#include "gui/probe/experiments/load_search.h"

#include <algorithm>

namespace openloop::probe {

std::optional<int> LoadSearch::next() const
{
    if (m_steps.isEmpty())
        return 0;
    if (!m_broken)
        return m_kept < m_max ? std::optional(std::min(m_max, std::max(1, m_kept * 2))) : std::nullopt;
    return *m_broken - m_kept > 1 ? std::optional((*m_broken + m_kept) / 2) : std::nullopt;
}

int LoadSearch::mostSteps() const
{
    const auto bisections = [](int width) { // until two loads stand side by side
        int steps = 0;
        for (; width > 1; width -= width / 2)
            ++steps;
        return steps;
    };
    if (m_broken)
        return bisections(*m_broken - m_kept);
    int most = 0;
    auto ahead = *this; // as if all held, until one does not
    for (int steps = 1; const auto n = ahead.next(); ++steps) {
        most = std::max(most, steps + bisections(*n - ahead.m_kept));
        ahead.report({*n, true, {}, {}});
    }
    return most;
}

void LoadSearch::report(const LoadStep &step)
{
    m_steps.append(step);
    if (step.kept)
        m_kept = std::max(m_kept, step.n);
    else
        m_broken = std::min(step.n, m_broken.value_or(step.n));
}

QString LoadSearch::doubt() const
{
    const auto step = std::ranges::find_if(m_steps, [this](const auto &one) { return one.n == m_broken; });
    return step == m_steps.end() ? QString() : step->doubt;
}

LoadSearchRun::LoadSearchRun(Engine &engine, LoadSearchConfig config, QObject *parent)
    : QObject(parent), m_engine(engine), m_config(std::move(config)),
      m_search(std::clamp(m_config.maxN, 1, Engine::maxLoad))
{
    connect(&engine, &Engine::batch, this, &LoadSearchRun::onBatch);
}

LoadSearchRun::~LoadSearchRun()
{
    abort();
}

void LoadSearchRun::start()
{
    begin(*m_search.next());
}

Nanoseconds LoadSearchRun::mostLeft(Instant now) const
{
    if (!m_current)
        return Nanoseconds(0);
    const auto step = m_config.settle + m_config.measure;
    return std::max(Nanoseconds(0), m_until - now) + step * (m_search.mostSteps() - 1);
}

void LoadSearchRun::abort()
{
    if (m_current)
        m_engine.setLoad(m_config.load, 0);
    m_current.reset();
}

void LoadSearchRun::begin(int n)
{
    m_current = n;
    m_engine.setLoad(m_config.load, n);
    m_from = std::chrono::steady_clock::now() + m_config.settle;
    m_until = m_from + m_config.measure;
    m_watched.clear();
    m_stoodStill = Nanoseconds(0);
    m_trust.restart();
    for (const auto &target : m_engine.targets())
        m_watched.append({target.name, Statistics()});
    emit stepStarted(n);
}

void LoadSearchRun::look(const Batch &batch)
{
    for (const auto &gap : batch.standstills)
        m_stoodStill += std::max(Nanoseconds(0), std::min(gap.until, m_until) - std::max(gap.from, m_from));
    const auto isOfStep = [this](Instant due) { return due >= m_from && due < m_until; };
    for (auto &[name, statistics, open] : m_watched) {
        const auto *target = batch.find(name);
        if (!target)
            continue;
        for (const auto &sample : target->samples) {
            if (sample.certificateLeft)
                m_certificates[name] = *sample.certificateLeft;
            if (isOfStep(sample.due))
                statistics.add(sample);
        }
        open.clear();
        for (const auto due : target->open) {
            if (isOfStep(due))
                open.append(batch.until - due);
        }
    }
}

/// What is still open is slow beyond any doubt, but has not failed.
Quantiles LoadSearchRun::quantilesOf(const Watched &watched) const
{
    auto all = watched.statistics;
    for (const auto age : watched.open)
        all.add(Outcome::TimedOut, age);
    auto quantiles = all.quantiles();
    const auto open = watched.open.size();
    quantiles.n -= open;
    quantiles.errors -= open;
    quantiles.timeouts -= open;
    quantiles.over = m_config.measure - m_stoodStill;
    if (const auto certificate = m_certificates.find(watched.name); certificate != m_certificates.end())
        quantiles.certificateLeft = certificate->second;
    return quantiles;
}

void LoadSearchRun::onBatch(const Batch &batch)
{
    if (!m_current)
        return;
    batch.addTo(m_trust);
    for (const auto &load : batch.loads) {
        if (load.name == m_config.load)
            m_load.add(load);
    }
    look(batch);
    const bool lastCall = batch.until >= m_until + m_config.settle;
    const bool open = std::ranges::any_of(m_watched, [](const auto &watched) { return !watched.open.isEmpty(); });
    if (batch.until < m_until || (open && !lastCall))
        return;
    LoadStep step{*m_current, true, {}, {}};
    for (const auto &watched : std::as_const(m_watched))
        step.targets.append({watched.name, quantilesOf(watched)});
    for (const auto &promise : std::as_const(m_config.promises)) {
        const auto at = std::ranges::find(step.targets, promise.target, [](const auto &pair) { return pair.first; });
        step.kept = step.kept && at != step.targets.end() && promise.condition.holds(at->second);
    }
    if (const auto trust = m_trust.verdictOfRun(); !step.kept && trust.suspendsAlerts())
        step.doubt = trust.reason;
    m_search.report(step);
    m_current.reset();
    emit stepDone(step);
    if (const auto n = m_search.next()) {
        begin(*n);
    } else {
        m_engine.setLoad(m_config.load, 0);
        emit finished();
    }
}

} // namespace openloop::probe
