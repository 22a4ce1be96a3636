// SPDX-License-Identifier: GPL-3.0-or-later
// All that a handler may use, in order of lifetime.
#pragma once

#include "server/jobs/jobs.h"
#include "server/loop/stall_log.h"
#include "server/settings/options.h"
#include "server/upstream/upstream.h"

namespace openloop {

struct Services {
    const Options &options;
    Upstream upstream;
    Store store;
    FactoringPool pool;
    queue::Rules queueRules = {};
    Factorizer factorizer{store, pool};
    Jobs jobs{
        store,
        factorizer,
        {options.runsJobs, options.heartbeat, options.suspectAfter, options.nodeName, options.mostHinting, queueRules}};
    StallLog stalls{}; ///< of every loop
    bool draining = false; ///< a stop was asked for: /readyz says no
};

} // namespace openloop
