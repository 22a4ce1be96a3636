// SPDX-License-Identifier: GPL-3.0-or-later
// The one sentence at the top of the window: what a person wants to know in the first second.
#pragma once

#include "gui/models/figures/figures.h"

#include <QString>

#include <vector>

namespace openloop::gui {

/// A rule that has raised an alarm which has not ended.
struct Alarm {
    QString target;
    QString rule; ///< without its target: "p50<20ms over 10s"
    QString value; ///< "p50 41 ms"
    bool holdsAgain = false; ///< but not for long enough, or not by enough, to end the alarm
};

/// All that the sentence depends on.
struct Situation {
    std::vector<TargetFigures> targets; ///< without the control probe; the first is the one that must stay responsive
    std::vector<Alarm> alarms;
    bool trustworthy = true;
    QString doubt; ///< why the measurement is not trustworthy
    QString loadedTarget; ///< empty while no load runs
    int loadSize = 0; ///< requests kept in flight
};

/// A word, a sentence and how serious it is.
struct Verdict {
    State state = State::Unknown;
    QString word;
    QString sentence;

    friend bool operator==(const Verdict &, const Verdict &) = default;
};

/// The verdict on a situation. Down comes before untrustworthy (a refused connection is no matter of timing),
/// untrustworthy before slow.
Verdict verdictOn(const Situation &situation);

} // namespace openloop::gui
