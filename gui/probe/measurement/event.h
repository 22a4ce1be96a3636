// SPDX-License-Identifier: GPL-3.0-or-later
// What happened while something was measured, without a word for people: those are the faces' matter.
#pragma once

#include "gui/probe/measurement/target_watch.h"
#include "gui/probe/recording/store.h"

#include <functional>

namespace openloop::probe {

enum class EventKind { Alert, Recovery, Load, Trust, Experiment, Note };

/// The kind as recordings name it: "alert"; and back, a note for what is unknown.
QString keyOf(EventKind kind);
EventKind kindOf(const QString &key);

/// Something worth a line in a log. A value.
struct Event {
    enum class What {
        RuleBroken, ///< `text`: the rule, `value`: what it was held against
        RuleHolds, ///< again; `text`: the rule, `lasted`: of the violation
        Down, ///< `cause`
        Back, ///< from being down
        Unwatched, ///< what was told to be wrong is looked at no longer; `text`: the rule; empty: the target itself
        Moved, ///< `text`: the address that its name leads to now, `value`: the one before
        ClockSet, ///< the wall clock, by `lasted`; below 0: back
        LoadSet, ///< `load` requests are kept in flight from now on; 0: it ended
        Trust, ///< `text`: why there is none any more; empty: there is again
        NotRecorded, ///< `text`: the recording's path and what is wrong with it
        RecordedAgain,
        Told, ///< `text`: what an experiment or a recording says, in its own words
    };

    Instant at{};
    EventKind kind = EventKind::Note;
    What what = What::Told;
    QString target{}; ///< may be empty
    QString text{};
    QString value{}; ///< "p99 412 ms"
    Nanoseconds lasted{0}; ///< or by how much
    int load = 0;
    Cause cause{};

    /// True where somebody who looks elsewhere is to be told.
    bool alerts() const { return kind == EventKind::Alert || kind == EventKind::Recovery; }
};

/// How a face words an event.
using EventWords = std::function<QString(const Event &)>;
/// In English, for logs and terminals.
QString plainWords(const Event &event);
QString plainWords(const ClockStep &step);

/// As recordings keep it, with these words where it is no figure.
LogEntry toEntry(const Event &event, const EventWords &words);
Event fromEntry(const LogEntry &entry);

} // namespace openloop::probe
