// SPDX-License-Identifier: GPL-3.0-or-later
// openloop-monitor without a display: the same measurement, a table, JSON or JUnit, and an exit code for CI.
#pragma once

class QCoreApplication;

namespace openloop::probe {

enum class ExitCode {
    Kept = 0, ///< every assert holds
    Broken = 1, ///< one failed
    Usage = 2, ///< also: a file that can't be written
    NoAnswer = 3, ///< nothing answered, or not the load that was to be searched
    Untrustworthy = 4, ///< the measurement itself
};

/// Runs to the end, or to the first SIGINT or SIGTERM (then reports what it has). Returns an ExitCode.
/// Main thread; enters the event loop of `application`.
int runHeadless(QCoreApplication &application);

} // namespace openloop::probe
