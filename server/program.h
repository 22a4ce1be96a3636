// SPDX-License-Identifier: GPL-3.0-or-later
// The program as a function, so that tests can run the very same one with routes of their own beside ours.
#pragma once

#include "server/compute/factoring/factoring_pool.h"
#include "server/http/message/limits.h"
#include "server/jobs/queue/statement_texts.h"

#include <chrono>
#include <functional>

namespace openloop {

namespace http {
class App;
}
struct Services;

struct Program {
    void (*addRoutes)(http::App &app, Services &use);
    http::Limits limits = {}; ///< of the wire; the number of connections comes from the options
    bool measures = true; ///< false: no metrics, no Server-Timing; to see what they cost
    std::function<void(const Moment &)> atProgress = {}; ///< see FactoringPool::Settings
    unsigned mostCurves = FactoringPool::Settings().mostCurves; ///< likewise
    queue::Rules queueRules = {}; ///< see Jobs::Settings
    /// From the end of the drain timeout to the end of the process, whatever does not end. What ends as it should takes
    /// 8 s at most: 5 for a write to a database that is frozen, 1 for its threads, 2 for a connection being opened.
    /// TimeoutStopSec in resources/systemd is longer than both together.
    std::chrono::seconds longestFarewell{15};
};

/// Serves until SIGTERM or SIGINT. Returns the exit code: 0 clean stop, 1 cannot start, 2 bad usage. What does not end
/// in time is ended with the process, by exit code 1.
int runServer(int argc, char **argv, const Program &program);

} // namespace openloop
