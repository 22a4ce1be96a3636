// SPDX-License-Identifier: GPL-3.0-or-later
// The measurement without a display: from the options of a command line to the report on it.
#pragma once

#include "gui/probe/headless/always_on/always_on.h"
#include "gui/probe/headless/options.h"
#include "gui/probe/headless/report.h"
#include "gui/probe/measurement/measurement.h"

#include <cstdio>

namespace openloop::probe {

/// What a measurement proves, held against the asserts and rules of `options`; `isolation`: of a finished test. What
/// only a run knows (its length, its search) is for that to add.
RunReport reportOn(const Measurement &measurement, const HeadlessOptions &options,
                   const std::optional<IsolationVerdict> &isolation = {});

/// One run from start to report. Main thread.
class HeadlessRun : public QObject
{
public:
    explicit HeadlessRun(const HeadlessOptions &options);
    ~HeadlessRun() override;

    /// Opens what others connect to. Returns why it can't; empty: it is open.
    QString listen();
    void start();
    /// Of a run without an end: these targets, rules and this token from now on; those that stay go on. Returns why
    /// not; empty: so it is.
    QString replace(const HeadlessOptions &options);
    void refuseReplacement(); ///< counts one that could not be read
    /// The first ends the measurement, the next the wait for answers, where there is one, and that for alerts.
    void interrupt();
    RunReport report() const; ///< once started; of a run that goes on, that it has not ended

private:
    void onBatch(const Batch &batch);
    void onEvent(const Event &event) const;
    void showProgress(const Batch &batch);
    void finish();
    void end();
    void addSearch(RunReport &report) const;

    HeadlessOptions m_options;
    Engine m_engine;
    std::unique_ptr<Measurement> m_measurement; ///< since start()
    std::unique_ptr<AlwaysOn> m_alwaysOn; ///< null: nobody watches
    std::unique_ptr<IsolationRun> m_isolation;
    std::unique_ptr<LoadSearchRun> m_search;
    QString m_unrecorded; ///< why not all of the run is in the recording
    Instant m_end = Instant::max();
    Instant m_nextProgress;
    std::optional<Nanoseconds> m_measured; ///< set once the run is over
    Ending m_ending = Ending::NotYet;
    bool m_hasEnded = false; ///< what is left is to hand alerts on
    bool m_showsProgress;
};

/// At once and as UTF-8, whatever the locale. False: not all of it could be written.
bool print(std::FILE *to, const QString &text);

} // namespace openloop::probe
