// SPDX-License-Identifier: GPL-3.0-or-later
// What a server counts of its own part in the queue, for whoever watches over a fleet.
#pragma once

#include "server/jobs/queue/node.h"

namespace openloop::queue {

/// Of answered statements, since the start.
struct Figures {
    std::int64_t reapedNodes = 0; ///< declared dead by this one
    std::int64_t putBack = 0; ///< tasks of nodes that were not alive, and of those whose time had come
    std::int64_t fenceRejections = 0; ///< ends that were another one's business by then, or a repetition
    std::int64_t done = 0; ///< tasks of this one that ended so
    std::int64_t failed = 0; ///< likewise; not those that were given back too often
    std::int64_t claims = 0;
    std::int64_t claimed = 0; ///< tasks
    Milliseconds claimTime{}; ///< of all claims, from sending to the answer
    std::optional<BootTime> lastBeat; ///< when the newest that was answered was sent

    void count(const Statement &statement, const Answer &answer, BootTime sent, BootTime now);
};

} // namespace openloop::queue
