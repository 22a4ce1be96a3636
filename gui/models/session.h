// SPDX-License-Identifier: GPL-3.0-or-later
// The window's face of the measurement: in seconds and milliseconds, in words, with signals. Views only read it.
#pragma once

#include "gui/models/event_log.h"
#include "gui/models/figures/advice.h"
#include "gui/models/verdict.h"
#include "gui/probe/engine/engine.h"
#include "gui/probe/measurement/measurement.h"

namespace openloop::gui {

/// A stretch in which the load generator ran.
struct LoadSpan {
    QString target;
    int size = 0;
    double from = 0;
    std::optional<double> to; ///< absent while it runs
};

/// The present, or a recording. Times on the x axis are seconds since the epoch. GUI thread.
class Session : public QObject
{
    Q_OBJECT
public:
    explicit Session(QObject *parent = nullptr);
    ~Session() override;

    /// Forgets the history and measures these from now on. Rules without a target apply to all.
    void open(const QList<probe::Target> &targets, const QList<probe::Rule> &rules);
    /// Shows a session of a recording instead of measuring: that of this id, else the last. Returns what went wrong, or
    /// an empty text.
    QString openRecording(const QString &path, std::optional<qint64> session = {});
    /// Measures liveTargets() again.
    void closeRecording() { open(m_liveTargets, m_rules); }
    /// True while a recording is shown.
    bool isReplay() const { return !m_measurement->isLive(); }
    /// In a recording: the moment that stands for the present, within the recording. States, trust and load are those
    /// of that moment.
    void setReplayNow(double seconds);
    double end() const { return secondsAt(m_measurement->end()); } ///< of the recording
    /// In a recording: has the single samples of [from, to] at hand, if that is no more than two hours.
    void provideSamples(double from, double to) { m_measurement->provideSamples(instantAt(from), instantAt(to)); }
    /// Records everything from now on into a file; replaces an earlier recording's file by another.
    void record(const QString &path);
    /// Why the recording lacks what is measured now: a sentence with path, cause and what follows. Empty: it does not,
    /// or there is none.
    QString recordingProblem() const;
    /// What is measured from now on; the history of those that stay is kept. While a recording is shown: what is
    /// measured after it, what is recorded stays.
    void setTargets(const QList<probe::Target> &targets);
    void setRules(const QList<probe::Rule> &rules);
    /// Those that are shown.
    const QList<probe::Target> &targets() const { return m_measurement->targets(); }
    /// What is measured, also while a recording shows other targets.
    const QList<probe::Target> &liveTargets() const { return m_liveTargets; }
    const QList<probe::Rule> &rules() const { return m_rules; }
    probe::Engine &engine() { return m_engine; }
    const probe::Engine &engine() const { return m_engine; }

    /// The history of a target, or null for an unknown name; the control probe has its own.
    const probe::Series *series(const QString &name) const { return m_measurement->series(name); }
    const probe::Series &controlSeries() const { return m_measurement->controlSeries(); }
    const probe::TargetWatch *watch(const QString &name) const { return m_measurement->watch(name); }
    /// What stands in place of the chart while nothing answers, of the first target.
    Absence absence() const;
    /// The sample as it is kept in series(name), with its answer's details where they are still known.
    probe::Sample detailed(const QString &name, const probe::PackedSample &packed) const
    {
        return m_measurement->detailed(name, packed);
    }
    std::vector<LoadSpan> loads() const;
    EventLog &log() { return m_log; }
    const QList<Event> &events() const { return m_log.events(); }
    const probe::Trust &trust() const { return m_measurement->trust(); }
    void noteExperiment(const QString &text) { m_measurement->note(probe::EventKind::Experiment, text); }

    double secondsAt(probe::Instant instant) const;
    probe::Instant instantAt(double seconds) const;
    double now() const { return secondsAt(m_measurement->now()); }
    double beginning() const { return secondsAt(m_measurement->origin()); }

    /// Figures of one target, or of the control probe, over [from, to].
    TargetFigures figures(const QString &name, double from, double to) const;
    TargetFigures controlFigures(double from, double to) const;
    /// p99 that the target is to stay below, by its rules; in milliseconds.
    std::optional<double> limitOf(const QString &name) const { return m_measurement->limitOf(name); }
    Verdict verdict() const;
    /// True until any target has answered once.
    bool nothingAnswers() const { return m_measurement->nothingAnswers(); }
    /// True once any target has had the chance to answer.
    bool hasTried() const { return m_measurement->hasTried(); }
    /// Planned measurements per second of all targets.
    double rate() const;

    /// Keeps n requests of a target in flight; 0 ends it. One target is loaded at a time; none in a recording.
    void setLoad(const QString &name, int n);
    QString loadedTarget() const;
    int loadSize() const;

    /// Feeds one batch; the engine does, tests may.
    void take(const probe::Batch &batch) { m_measurement->take(batch); }

signals:
    /// A batch was taken: about ten times a second.
    void advanced();
    void targetsChanged();
    void loadChanged();
    void trustChanged();
    /// A rule fired or recovered, a target went down or came back.
    void noteworthy(const openloop::gui::Event &event);
    /// recordingProblem() is another: the recording can't be written, or can again.
    void recordingChanged();

private:
    void show(std::unique_ptr<probe::Source> source);
    void onEvent(const probe::Event &event);
    Event shown(const probe::Event &event) const;
    TargetFigures figuresOf(const probe::Series &series, double from, double to) const;
    void putState(TargetFigures &figures) const;
    std::vector<Alarm> alarms() const;

    probe::Engine m_engine;
    std::unique_ptr<probe::Measurement> m_measurement; ///< never null
    QList<probe::Target> m_liveTargets;
    QList<probe::Rule> m_rules;
    EventLog m_log;
    QString m_recordingPath;
};

} // namespace openloop::gui
