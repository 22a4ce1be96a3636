// SPDX-License-Identifier: GPL-3.0-or-later
// What a headless run found out, and the three forms in which it is handed over: table, JSON, JUnit.
#pragma once

#include "gui/probe/experiments/isolation.h"
#include "gui/probe/experiments/load_search.h"
#include "gui/probe/headless/exit_code.h"

#include <QDateTime>

namespace openloop::probe {

struct TargetResult {
    Target target;
    Quantiles quantiles;
    bool answered = false; ///< at least one HTTP answer, of any status
    std::optional<double> isolation; ///< p99 during / p99 before
    QString lastProblem; ///< "connection refused"; of the last error; empty: none
    int hops = 0; ///< redirects that the last answer came by
    QList<Hop> chain; ///< the requests of these
    QString redirect; ///< where they ended, or lead to where they are not followed; empty: there were none
    QStringList addresses; ///< that answered, the first eight
};

struct AssertResult {
    QString text;
    QString target;
    bool ok = false;
    std::optional<double> value; ///< in the unit of the condition
    bool isLatency = false; ///< value is in ms
    bool isOfAnswers = false; ///< on errors or availability: no slowness of this machine explains it
    QString valueText;
    bool isUndoubted = true; ///< false: this machine was in no state to judge it
    QString warning; ///< why it may not mean what it seems to; empty: it does
};

/// How a run came to its end.
enum class Ending {
    Planned,
    Interrupted, ///< by a signal
    OnDemand, ///< by a signal, as a run without an end has to
    NotYet, ///< what is read of a run that goes on, or was killed
};

struct RunReport {
    QList<TargetResult> targets;
    QList<AssertResult> asserts;
    Trust trust; ///< of the whole run
    QList<LoadState> loads;
    QString notLoaded; ///< why a load that was to last for the whole run was none; empty: there was
    std::optional<IsolationVerdict> isolation;
    QList<LoadStep> search; ///< empty: none was asked for
    std::optional<int> highestKept, lowestBroken; ///< of the search; 0 is without load
    QString unloaded; ///< why the search proves nothing: there never was load; empty: there was
    QString recording; ///< path of the session file; empty: none was asked for
    QString unrecorded; ///< why not all of the run is in it, with its path; empty: it is
    QStringList lost; ///< reports that could not be written: "path: cause"
    QDateTime started;
    Instant origin; ///< what instants count from
    Nanoseconds planned{0}; ///< 0: it had no length of its own
    Nanoseconds duration{0}; ///< until the end, or until it was cut short
    Ending ending = Ending::Planned;
    Standstills standstills; ///< of the monitor itself
    QList<ClockStep> clockSteps;

    /// A sentence each on what a reader of the figures ought to know and no figure says: redirects, second attempts,
    /// certificates, targets that moved, a wall clock that was set, gaps.
    QStringList remarks() const;
    /// Why this is not the run that was asked for: interrupted, or more than a tenth of its time or of a target's ticks
    /// lost by the monitor itself; empty: it is.
    QString cutShort() const;
    /// Why the figures can't be believed; empty: they can. An isolation test brings its own judgement: the load that it
    /// makes may keep the machine busy.
    QString doubt() const;
    bool trustworthy() const;
    bool anythingAnswered() const;
    /// Of a run without an end that nothing was lost of. Of several the first: a recording or a report that got lost, a
    /// run that was cut short, no answer, a broken assert on errors or availability, doubt, another broken assert. What
    /// makes the rest meaningless comes first.
    ExitCode exitCode() const;

private:
    double lostShare() const;
    QString lossText() const;
};

/// The document of the contract, in the form that resources/openloop-monitor-report.schema.json says. Latencies without
/// a value are null. No form holds the passwords of URLs.
QByteArray toJson(const RunReport &report);
/// One test case per assert, one on trust, one on the length of the run and one on the recording; readable by every CI.
QByteArray toJUnit(const RunReport &report);
/// For people, 100 columns.
QString toTable(const RunReport &report);

} // namespace openloop::probe
