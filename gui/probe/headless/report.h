// SPDX-License-Identifier: GPL-3.0-or-later
// What a headless run found out, and the three forms in which it is handed over: table, JSON, JUnit.
#pragma once

#include "gui/probe/experiments/isolation.h"
#include "gui/probe/experiments/load_search.h"
#include "gui/probe/headless/exit_code.h"

namespace openloop::probe {

struct TargetResult {
    Target target;
    Quantiles quantiles;
    bool answered = false; ///< at least one HTTP answer, of any status
    std::optional<double> isolation; ///< p99 during / p99 before
    QString lastProblem; ///< "connection refused"; of the last error; empty: none
};

struct AssertResult {
    QString text;
    QString target;
    bool ok = false;
    std::optional<double> value; ///< in the unit of the condition
    bool isLatency = false; ///< value is in ms
    QString valueText;
};

struct RunReport {
    QList<TargetResult> targets;
    QList<AssertResult> asserts;
    Trust trust; ///< of the whole run
    QList<LoadState> loads;
    std::optional<IsolationVerdict> isolation;
    QList<LoadStep> search; ///< empty: none was asked for
    std::optional<int> highestKept, lowestBroken; ///< of the search; 0 is without load
    QString unloaded; ///< why the search proves nothing: there never was load; empty: there was
    QString recording; ///< path of the session file; empty: none was asked for
    QString unrecorded; ///< why not all of the run is in it, with its path; empty: it is
    Nanoseconds duration{0};

    /// An isolation test brings its own judgement: the load that it makes may keep the machine busy.
    bool trustworthy() const { return isolation ? isolation->trustworthy : !trust.suspendsAlerts(); }
    QString doubt() const { return isolation ? isolation->doubt : trust.reason; } ///< why it is not
    bool anythingAnswered() const;
    /// Usage for a recording that got lost, then NoAnswer before Untrustworthy before Broken: what makes the rest
    /// meaningless comes first.
    ExitCode exitCode() const;
};

/// The document of the contract; members beyond it are additions. Latencies without a value are null. No form holds
/// the passwords of URLs.
QByteArray toJson(const RunReport &report);
/// One test case per assert, one on trust and one on the recording; readable by every CI.
QByteArray toJUnit(const RunReport &report);
/// For people, 100 columns.
QString toTable(const RunReport &report);

} // namespace openloop::probe
