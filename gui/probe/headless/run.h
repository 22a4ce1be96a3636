// SPDX-License-Identifier: GPL-3.0-or-later
// Measuring without a display: from the options of a command line to the report on it.
#pragma once

#include "gui/probe/headless/options.h"
#include "gui/probe/headless/report.h"
#include "gui/probe/recording/store.h"

#include <cstdio>
#include <map>

namespace openloop::probe {

/// One run from start to report. Main thread.
class HeadlessRun : public QObject
{
public:
    explicit HeadlessRun(const HeadlessOptions &options);

    void start();
    void interrupt(); ///< the first ends the measurement, the second the wait for outstanding answers
    RunReport report() const;

private:
    struct Watched {
        Statistics statistics;
        Series series;
        bool answered = false;
        QString lastProblem;
    };
    struct WatchedRule {
        RuleWatch watch;
        std::optional<RuleEvent> fired;
        QString doubt; ///< why it was suspended last
    };

    void onBatch(const Batch &batch);
    void watchRules(const Batch &batch);
    void showProgress(const Batch &batch);
    void finish();
    void end();
    void recordLoad(const QString &name, int n);
    AssertResult judged(const Assertion &assertion, const TargetResult &result) const;
    QList<AssertResult> judgedRules() const;

    HeadlessOptions m_options;
    Engine m_engine;
    std::unique_ptr<IsolationRun> m_isolation;
    std::unique_ptr<LoadSearchRun> m_search;
    std::unique_ptr<SessionRecorder> m_recorder;
    QString m_unrecorded; ///< why not all of the run is in the recording
    std::map<QString, Watched> m_watched;
    std::vector<WatchedRule> m_rules;
    QList<LoadState> m_loads;
    Instant m_end = Instant::max();
    Instant m_nextProgress;
    Nanoseconds m_measured{0};
    std::map<QString, int> m_recordedLoads;
    bool m_showsProgress;
};

/// At once and as UTF-8, whatever the locale. False: not all of it could be written.
bool print(std::FILE *to, const QString &text);

} // namespace openloop::probe
