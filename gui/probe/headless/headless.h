// SPDX-License-Identifier: GPL-3.0-or-later
// openloop-monitor without a display: the same measurement, a table, JSON or JUnit, and an exit code for CI.
#pragma once

class QCoreApplication;

namespace openloop::probe {

/// Runs to the end, or to the first SIGINT or SIGTERM (then reports what it has). Returns an ExitCode.
/// Main thread; enters the event loop of `application`.
int runHeadless(QCoreApplication &application);

} // namespace openloop::probe
