// SPDX-License-Identifier: GPL-3.0-or-later
// The command line of a headless run, checked as a whole before anything is measured.
#pragma once

#include "gui/probe/experiments/isolation.h"
#include "gui/probe/experiments/load_search.h"
#include "gui/probe/headless/always_on/always_on_options.h"
#include "gui/probe/judgement/assertion.h"
#include "gui/probe/judgement/rules.h"

namespace openloop::probe {

struct NamedLoad {
    QString name;
    int n = 0; ///< 1..Engine::maxLoad
};

struct HeadlessOptions {
    QList<Target> targets;
    Nanoseconds duration = std::chrono::seconds(10); ///< but of a run without an end
    QList<NamedLoad> loads; ///< for the whole run
    QList<Assertion> asserts;
    QList<Rule> rules; ///< fail the run when one fires
    std::optional<IsolationConfig> isolation;
    std::optional<LoadSearchConfig> search;
    QString json; ///< path, `-` for standard output, empty: none
    QString junit; ///< as json
    QString record; ///< path of a session file, empty: none
    AlwaysOnOptions alwaysOn;
    bool strict = false; ///< an assert on latency fails when more than 1 % of the requests did
    bool quiet = false;
};

/// What the arguments ask for: options, or a text to print (help, version) and nothing to run.
struct HeadlessRequest {
    std::optional<HeadlessOptions> options;
    QString print;
};

/// arguments: with the program's name first, as QCoreApplication::arguments() has them.
Parsed<HeadlessRequest> parseHeadlessArguments(const QStringList &arguments);

} // namespace openloop::probe
