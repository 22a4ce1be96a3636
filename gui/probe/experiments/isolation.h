// SPDX-License-Identifier: GPL-3.0-or-later
// The experiment that proves or refutes isolation: the same probes before, during and after load on one
// target.
#pragma once

#include "gui/probe/engine/engine.h"

#include <QHash>

namespace openloop::probe {

/// A ratio and its 95 % confidence interval.
struct Ratio {
    double value = 0;
    double low = 0;
    double high = 0;

    QString text() const; ///< "1.04 (0.91 to 1.22)"
};

/// during.p99 / before.p99 with a percentile interval from a moving-block bootstrap (Kuensch 1989), 1,000
/// resamples, blocks of n^(1/3) for the sake of autocorrelation. Deterministic. Nothing when either side has
/// no latency. Timeouts and skipped ticks take part with the time they are known to have lasted.
std::optional<Ratio> p99Ratio(std::span<const Nanoseconds> before, std::span<const Nanoseconds> during);

struct IsolationConfig {
    QString load; ///< name of the target that is loaded
    int n = 8; ///< requests in flight, 1..Engine::maxLoad
    Nanoseconds baseline = std::chrono::seconds(10);
    Nanoseconds loaded = std::chrono::seconds(20);
    Nanoseconds recovery = std::chrono::seconds(10);
    Nanoseconds settle = std::chrono::milliseconds(500); ///< left out after load is switched on or off
    double maxRatio = 2; ///< what still counts as isolated
    Nanoseconds harmless = std::chrono::milliseconds(5); ///< a p99 below this under load passes whatever its ratio

    Nanoseconds length() const { return baseline + loaded + recovery; }
};

enum class IsolationPhase { Idle, Baseline, Loaded, Recovery, Draining, Done, Aborted };
enum class Isolation { Pass, Fail, Inconclusive };

/// Lower-case words: "baseline", "pass", ...
QString phaseName(IsolationPhase phase);
QString isolationName(Isolation isolation);

struct TargetIsolation {
    QString name;
    Quantiles before, during, after;
    std::optional<Ratio> ratio; ///< p99 during / p99 before
    std::optional<Ratio> overControl; ///< p99 during / p99 of the control probe during
    Isolation isolation = Isolation::Inconclusive;
    QString sentence; ///< "/health: p99 0.9 ms before, 1.1 ms under load: 1.2 times (1.0 to 1.5)"

    bool answeredBefore() const { return before.measured > 0; } ///< else there is nothing to compare with
};

struct IsolationVerdict {
    IsolationConfig config;
    Instant baselineFrom, loadedFrom, recoveryFrom, until;
    QList<TargetIsolation> targets; ///< every one but the loaded
    Isolation isolation = Isolation::Inconclusive; ///< Fail if one fails, Pass if all that had 50 answers pass
    QString sentence; ///< for the verdict card
    QString headline; ///< the same without figures
    LoadState load; ///< what the load did
    Quantiles controlBefore, controlDuring; ///< of the in-process responder
    /// False: the machine was busy before the load began, or under load so busy that a slow target proves nothing.
    bool trustworthy = true;
    QString doubt; ///< why not; empty while trustworthy

    const TargetIsolation *find(const QString &name) const;
};

/// The experiment as a pure state machine: batches in, wanted load and phase out. One thread.
///
/// What is believed. The baseline needs a quiet machine (TrustJudge), else every ratio would be too small: no
/// verdict. Under load a machine that service and monitor share may be slow for everybody, for one because its
/// hypervisor holds it back. So a target passes when its p99 stays below `harmless`, or is surely at most `maxRatio`
/// times that of its own baseline, or of the control probe under the same load: a responder that does nothing. It
/// fails when it is surely above both. "Surely": the 95 % interval of the ratio. But where work of normal priority
/// takes all processors, control and target starve alike, and that is no isolation: no verdict, measure from another
/// machine.
class IsolationTest
{
public:
    explicit IsolationTest(IsolationConfig config) : m_config(std::move(config)) { }

    /// With no target beside the loaded one it is Done at once.
    void start(Instant now, const QList<Target> &targets);
    void abort();
    void add(const Batch &batch);

    IsolationPhase phase() const { return m_phase; }
    int wantedLoad() const { return m_phase == IsolationPhase::Loaded ? m_config.n : 0; }
    double progress(Instant now) const; ///< 0..1
    const IsolationConfig &config() const { return m_config; }
    /// Meaningful once Done.
    const IsolationVerdict &verdict() const { return m_verdict; }

private:
    struct Collected {
        Statistics before, during, after;
        std::vector<Sample> beforeSamples, duringSamples; ///< those with a latency
    };
    void advance(Instant now);
    void collect(Collected &collected, const Sample &sample) const;
    bool passed() const;
    void judge();
    void collectControl(const Batch &batch);
    TargetIsolation judged(const QString &name, const Collected &collected);
    Isolation isolationOf(const TargetIsolation &target);
    QString whyNoVerdict() const; ///< empty: there is one
    void phrase();

    IsolationConfig m_config;
    IsolationPhase m_phase = IsolationPhase::Idle;
    IsolationVerdict m_verdict;
    QStringList m_names; ///< in the order of the targets
    QHash<QString, Collected> m_collected;
    Nanoseconds m_longestTimeout{0};
    TrustJudge m_baselineTrust, m_loadedTrust;
    Statistics m_controlBefore, m_controlDuring;
    LoadWitness m_load;
    std::vector<Sample> m_controlSamples; ///< under load
};

/// Runs an IsolationTest on a running engine: switches load, counts phases, gives the verdict. The loaded target is
/// not probed meanwhile: a heavy request once a second would be load in the baseline. Caller's thread.
class IsolationRun : public QObject
{
    Q_OBJECT

public:
    IsolationRun(Engine &engine, IsolationConfig config, QObject *parent = nullptr);
    ~IsolationRun() override; ///< ends its load

    void start();
    void abort(); ///< ends the load at once; finished() is not emitted
    const IsolationTest &test() const { return m_test; }

signals:
    void phaseChanged(openloop::probe::IsolationPhase phase);
    void progressed(double fraction); ///< with each batch
    void finished(const openloop::probe::IsolationVerdict &verdict);

private:
    void onBatch(const Batch &batch);
    void setPhase(IsolationPhase phase);

    Engine &m_engine;
    IsolationTest m_test;
    IsolationPhase m_shown = IsolationPhase::Idle;
};

} // namespace openloop::probe
