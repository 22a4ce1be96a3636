// SPDX-License-Identifier: GPL-3.0-or-later
// Finds the load at which a promise breaks, instead of making the user guess it.
#pragma once

#include "gui/probe/engine/engine.h"
#include "gui/probe/judgement/assertion.h"

#include <map>

namespace openloop::probe {

struct LoadSearchConfig {
    QString load; ///< name of the target that is loaded
    QList<Assertion> promises; ///< what must keep; at least one
    int maxN = 64; ///< 1..Engine::maxLoad
    Nanoseconds settle = std::chrono::seconds(1);
    Nanoseconds measure = std::chrono::seconds(5);
};

struct LoadStep {
    int n = 0;
    bool kept = false;
    QList<std::pair<QString, Quantiles>> targets; ///< by name; the knee is plotted from these
    QString doubt; ///< why a promise that broke may have been this machine's fault; empty: trustworthy
};

/// Doubles the load until a promise breaks, then bisects. Pure; one thread.
class LoadSearch
{
public:
    explicit LoadSearch(int maxN) : m_max(maxN) { }

    std::optional<int> next() const; ///< the load to try; nothing: done
    int mostSteps() const; ///< that may be left, next() included
    void report(const LoadStep &step);
    const QList<LoadStep> &steps() const { return m_steps; } ///< in the order they were tried
    int highestKept() const { return m_kept; } ///< 0 is kept by definition of no load; -1: broken even without load
    std::optional<int> lowestBroken() const { return m_broken; } ///< nothing: kept up to maxN
    /// Why the machine may be to blame for lowestBroken(); empty: it is not.
    QString doubt() const;

private:
    int m_max;
    int m_kept = -1;
    std::optional<int> m_broken;
    QList<LoadStep> m_steps;
};

/// Runs a LoadSearch on a running engine. Caller's thread.
class LoadSearchRun : public QObject
{
    Q_OBJECT

public:
    LoadSearchRun(Engine &engine, LoadSearchConfig config, QObject *parent = nullptr);
    ~LoadSearchRun() override; ///< ends its load

    void start();
    void abort();
    const LoadSearch &search() const { return m_search; }
    /// How long it may still take; answers that are late are waited for beyond that.
    Nanoseconds mostLeft(Instant now) const;
    /// False: load was asked for, and all of its requests failed, so that the steps prove nothing.
    bool wasLoaded() const { return !m_load.wasWanted() || m_load.sawLoad(); }

signals:
    void stepStarted(int n);
    void stepDone(const openloop::probe::LoadStep &step);
    void finished();

private:
    /// A target during the step.
    struct Watched {
        QString name;
        Statistics statistics;
        QList<Nanoseconds> open{}; ///< for how long what was due in the step is unanswered
    };

    void onBatch(const Batch &batch);
    void begin(int n);
    void look(const Batch &batch);
    Quantiles quantilesOf(const Watched &watched) const;

    Engine &m_engine;
    LoadSearchConfig m_config;
    LoadSearch m_search;
    std::optional<int> m_current;
    Instant m_from, m_until;
    QList<Watched> m_watched;
    Nanoseconds m_stoodStill{0}; ///< the monitor itself, while the step was measured
    std::map<QString, Nanoseconds>
        m_certificates; ///< what is left of them, as they were shown last: at handshakes only
    TrustJudge m_trust; ///< of the step
    LoadWitness m_load;
};

} // namespace openloop::probe
