// SPDX-License-Identifier: GPL-3.0-or-later
// What is being measured: the engine, the history of every target, who is loaded and what happened. Views only read it.
#pragma once

#include "gui/models/event_log.h"
#include "gui/models/verdict.h"
#include "gui/models/watches/target_watch.h"
#include "gui/probe/engine/engine.h"
#include "gui/probe/judgement/rules.h"
#include "gui/probe/recording/store.h"
#include "gui/probe/samples/series.h"

#include <QObject>

#include <deque>
#include <map>

namespace openloop::gui {

/// A stretch in which the load generator ran.
struct LoadSpan {
    QString target;
    int size = 0;
    double from = 0;
    std::optional<double> to; ///< absent while it runs
};

/// What an answer said of itself: not kept with the packed samples, and for the last while only, because it is large.
struct AnswerDetail {
    probe::Nanoseconds due{0}; ///< since the origin
    QByteArray serverTiming;
    QByteArray requestId;
};

/// The live measurement. Times on the x axis are seconds since the epoch. GUI thread.
class Session : public QObject
{
    Q_OBJECT
public:
    explicit Session(QObject *parent = nullptr);

    /// Forgets the history and measures these from now on. Rules without a target apply to all.
    void open(const QList<probe::Target> &targets, const QList<probe::Rule> &rules);
    /// Shows a session of a recording instead of measuring: that of this id, else the last. Returns what went wrong, or
    /// an empty text.
    QString openRecording(const QString &path, std::optional<qint64> session = {});
    /// True while a recording is shown.
    bool isReplay() const { return m_reader != nullptr; }
    /// In a recording: the moment that stands for the present, within the recording. States, trust and load are those
    /// of that moment.
    void setReplayNow(double seconds);
    double end() const { return m_end; } ///< of the recording
    /// In a recording: has the single samples of [from, to] at hand, if that is no more than two hours.
    void provideSamples(double from, double to);
    /// Records everything from now on into a file; replaces an earlier recording's file by another.
    void record(const QString &path);
    /// Why the recording lacks what is measured now: a sentence with path, cause and what follows. Empty: it does not,
    /// or there is none.
    const QString &recordingProblem() const { return m_recordingProblem; }
    /// Adds targets to a running session; the history of the others stays.
    void setTargets(const QList<probe::Target> &targets);
    void setRules(const QList<probe::Rule> &rules);
    const QList<probe::Target> &targets() const { return m_engine.targets(); }
    const QList<probe::Rule> &rules() const { return m_rules; }
    probe::Engine &engine() { return m_engine; }
    const probe::Engine &engine() const { return m_engine; }

    /// The history of a target, or null for an unknown name; the control probe has its own.
    const probe::Series *series(const QString &name) const;
    const probe::Series &controlSeries() const { return m_control; }
    const TargetWatch *watch(const QString &name) const;
    /// The sample as it is kept in series(name), with its answer's details where they are still known.
    probe::Sample detailed(const QString &name, const probe::PackedSample &packed) const;
    const std::vector<LoadSpan> &loads() const { return m_loads; }
    const probe::LoadState *loadState() const { return m_loadState ? &*m_loadState : nullptr; }
    EventLog &log() { return m_log; }
    const QList<Event> &events() const { return m_log.events(); }
    const probe::Trust &trust() const { return m_trust; }
    void noteExperiment(const QString &text) { note(Event::Kind::Experiment, {}, text); }

    double secondsAt(probe::Instant instant) const;
    probe::Instant instantAt(double seconds) const;
    double now() const { return m_now; }
    double beginning() const { return m_beginning; }

    /// Figures of one target, or of the control probe, over [from, to].
    TargetFigures figures(const QString &name, double from, double to) const;
    TargetFigures controlFigures(double from, double to) const;
    /// p99 that the target is to stay below, by its rules; in milliseconds.
    std::optional<double> limitOf(const QString &name) const;
    Verdict verdict() const;
    /// True until any target has answered once.
    bool nothingAnswers() const;
    /// True once every target has had the chance to answer.
    bool hasTried() const;
    /// Planned measurements per second of all targets.
    double rate() const;

    /// Keeps n requests of a target in flight; 0 ends it. One target is loaded at a time; none in a recording.
    void setLoad(const QString &name, int n);
    QString loadedTarget() const;
    int loadSize() const;

    /// Feeds one batch; the engine does, tests may.
    void take(const probe::Batch &batch);

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
    void forget();
    void noteRecording(const QString &problem);
    void watchRules();
    void noticeLoad();
    void noteLoad(const QString &target, int n);
    void restore(const probe::LogEntry &entry);
    void judgeReplay();
    bool judgeReplay(probe::Instant from, probe::Instant now);
    const LoadSpan *load() const;
    static QString textOf(const probe::Trust &trust);
    void note(Event::Kind kind, const QString &target, const QString &text, bool alerts = false);
    void takeTarget(const probe::TargetBatch &batch, const QList<probe::Gap> &gaps);
    TargetFigures figuresOf(const probe::Series &series, double from, double to) const;

    probe::Engine m_engine;
    QList<probe::Rule> m_rules;
    std::vector<probe::RuleWatch> m_ruleWatches;
    std::map<QString, probe::Series> m_series;
    std::map<QString, TargetWatch> m_watches;
    std::map<QString, std::deque<AnswerDetail>> m_details;
    probe::Series m_control;
    probe::WallClock m_wall;
    std::vector<LoadSpan> m_loads;
    std::optional<probe::LoadState> m_loadState;
    EventLog m_log;
    probe::Trust m_trust;
    probe::Instant m_origin;
    std::unique_ptr<probe::SessionRecorder> m_recorder;
    QString m_recordingPath;
    QString m_recordingProblem;
    std::unique_ptr<probe::SessionReader> m_reader; ///< of the recording that is shown
    qint64 m_recorded = 0; ///< its session
    double m_sampledFrom = 0, m_sampledTo = 0; ///< whose single samples are at hand
    std::map<double, probe::Trust> m_recordedTrust; ///< by the moment from which on it held
    double m_end = 0;
    double m_beginning = 0;
    double m_now = 0;
};

} // namespace openloop::gui
