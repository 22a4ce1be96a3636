// SPDX-License-Identifier: GPL-3.0-or-later
// What is wrong with a target that gives no good answer, each cause in its own words, and what to do next.
#pragma once

#include "gui/probe/measurement/target_watch.h"
#include "gui/probe/targets/target.h"

namespace openloop::gui {

/// The next step for one who reads of this cause: a sentence or two. Empty where there is nothing to do.
/// `target`: whom it befell; its host, timeout and expectation are named where they matter.
QString adviceOn(const probe::Cause &cause, const probe::Target &target);

/// What stands in place of the chart while a service has never answered.
struct Absence {
    QString headline; ///< "No service at 127.0.0.1:8080."
    QString detail; ///< the cause, and the next step
    bool isRefused = false; ///< nobody listens there: a service could be started
};

/// `problem`: TargetWatch::lastProblem(). A cause of no kind: the first answer is awaited.
Absence absenceOf(const probe::Cause &cause, const QString &problem, const probe::Target &target);

} // namespace openloop::gui
