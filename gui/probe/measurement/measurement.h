// SPDX-License-Identifier: GPL-3.0-or-later
// The one measurement that window and headless run are faces of: batches in; history, states, verdicts on rules, loads,
// trust, events and a recording out.
#pragma once

#include "gui/probe/judgement/rules.h"
#include "gui/probe/measurement/event.h"
#include "gui/probe/measurement/source.h"

#include <deque>
#include <map>

namespace openloop::probe {

/// A stretch in which the load generator kept one target busy.
struct LoadSpan {
    QString target;
    int size = 0; ///< requests in flight
    Instant from;
    std::optional<Instant> to; ///< absent while it runs
};

/// A rule on one target and what became of it.
struct WatchedRule {
    RuleWatch watch;
    std::optional<RuleEvent> fired; ///< the first time
    QString doubt; ///< why it was suspended last
};

/// What is measured, or was recorded, and what follows from it. Forgets a target that is removed. Main thread.
class Measurement : public QObject
{
    Q_OBJECT

public:
    static constexpr qsizetype keptEvents = 2000;

    explicit Measurement(std::unique_ptr<Source> source, const QList<Rule> &rules = {});
    ~Measurement() override;

    bool isLive() const { return m_source->isLive(); }
    /// Those that stay keep their history; one that changed is judged by what it is now.
    void setTargets(const QList<Target> &targets);
    /// Rules without a target apply to all. Those that stay go on where they are.
    void setRules(const QList<Rule> &rules);
    const QList<Target> &targets() const { return m_targets; }
    /// Null for an unknown name; the same below.
    const Target *target(const QString &name) const;
    const Series *series(const QString &name) const;
    const TargetWatch *watch(const QString &name) const;
    const Series &controlSeries() const { return m_control; }
    /// The sample as it is kept in series(name), with its answer's details where they are still known.
    Sample detailed(const QString &name, const PackedSample &packed) const;
    const std::vector<WatchedRule> &rules() const { return m_rules; }
    /// p99 in milliseconds that the target is to stay below, by its rules.
    std::optional<double> limitOf(const QString &name) const;
    /// The rule that says so; null: none does.
    const RuleWatch *promiseOf(const QString &name) const;
    const Trust &trust() const { return m_trust; } ///< of the last 10 s
    const Standstills &standstills() const { return m_standstills; } ///< of the monitor itself, since the origin
    qint64 lostTicks(const QString &name) const; ///< since the origin
    const QList<ClockStep> &clockSteps() const { return m_clockSteps; } ///< the first of them
    /// Addresses that answered for the target, in the order in which they did so first; eight at most.
    QList<QByteArray> addresses(const QString &name) const;

    const std::vector<LoadSpan> &loads() const { return m_loads; }
    const LoadSpan *load() const; ///< the first that runs now(); null: none does
    const QList<LoadState> &loadStates() const { return m_loadStates; } ///< as they were last reported
    /// What the load on a target came to; null: there never was to be one.
    const LoadWitness *loadWitness(const QString &name) const;
    /// Keeps n requests of a target in flight; 0 ends it.
    void setLoad(const QString &name, int n);
    /// To be called when somebody else set loads; else the next batch notices them.
    void noticeLoads();

    Instant origin() const { return m_source->origin(); }
    Instant end() const { return m_source->end(); } ///< of a recording
    Instant now() const { return m_now; } ///< end of the last batch, or the moment of a recording that is looked at
    const WallClock &wallClock() const { return m_wall; }

    /// True while no target has answered once; never of a recording.
    bool nothingAnswers() const;
    /// True once any target has answered or failed.
    bool hasTried() const;

    const QList<Event> &events() const { return m_events; } ///< the last of them, oldest first
    /// Adds what a face has to tell.
    void note(EventKind kind, const QString &text);

    /// Records from now on into a file of that path, events in these words.
    void record(const QString &path, EventWords words);
    /// Waits until all is in the file. Returns why not all of it is, with its path; empty: it is.
    QString flushRecording();
    bool isRecording() const { return m_recorder != nullptr; }
    const QString &recordingProblem() const { return m_recordingProblem; } ///< "path: cause"; empty: none

    /// In a recording: what was known at `moment`.
    void moveTo(Instant moment);
    /// In a recording: has the single samples due in [from, to) at hand, if that is no more than two hours.
    void provideSamples(Instant from, Instant to);

    /// Takes one batch; the source's are taken by itself.
    void take(const Batch &batch);

signals:
    void advanced(); ///< a batch was taken, or a recording was moved
    void happened(const openloop::probe::Event &event);
    void loadChanged();
    void trustChanged();

private:
    /// What an answer said of itself: not kept with the packed samples, and for the last while only: it is large.
    struct AnswerDetail {
        Nanoseconds due{0}; ///< since the origin
        QByteArray serverTiming;
        QByteArray requestId;
        int hops = 0;
        QList<Hop> chain;
        QByteArray redirect;
    };
    struct CertificateSeen {
        Instant at;
        Nanoseconds left{0};
    };
    /// What was told of an outage: a target at the edge would go down and come back with every second answer.
    struct Outage {
        bool isTold = false;
        std::optional<Instant> backSince; ///< told once that has lasted
    };
    struct Watched {
        Series series;
        TargetWatch watch;
        std::deque<AnswerDetail> details;
        qint64 lost = 0; ///< ticks, while the monitor stood still
        QList<QByteArray> addresses{}; ///< all that answered
        Outage outage{};
        QByteArray address{}; ///< that answered, when that was last looked at
        Instant addressFrom{};
        QList<CertificateSeen> certificates{}; ///< of a recording: when one was seen first
    };

    const Watched *find(const QString &name) const;
    void takeTarget(const TargetBatch &batch, const QList<Gap> &gaps);
    void tellOutage(const QString &name, Watched &watched);
    void keepDetails(Watched &watched, const Sample &sample) const;
    void watchAddress(const QString &name, Watched &watched, const Sample &sample);
    void watchRules(const Batch &batch);
    void bindRules(const QList<Target> &before);
    void tellUnwatched(const QString &target, const QString &rule, Nanoseconds lasted);
    void addLoad(Instant at, const QString &target, int n);
    void setTrust(Instant at, const Trust &trust);
    void restore();
    void restore(const Event &event);
    void restoreCertificate(const LogEntry &entry);
    void judgeCertificates();
    bool judgeMoment(Instant from);
    void noteRecording(const QString &problem);
    void add(const Event &event);

    std::unique_ptr<Source> m_source;
    QList<Target> m_targets;
    QList<Rule> m_wantedRules;
    std::map<QString, Watched> m_watched;
    Series m_control;
    std::vector<WatchedRule> m_rules;
    std::vector<LoadSpan> m_loads;
    QList<LoadState> m_loadStates;
    std::map<QString, LoadWitness> m_loadWitnesses;
    Trust m_trust;
    Standstills m_standstills;
    QList<ClockStep> m_clockSteps;
    WallClock m_wall;
    Instant m_now;
    QList<Event> m_events;
    Instant m_sampledFrom, m_sampledTo; ///< of a recording: whose single samples are at hand
    std::unique_ptr<SessionRecorder> m_recorder;
    EventWords m_words;
    QString m_recordingProblem;
};

} // namespace openloop::probe
