// SPDX-License-Identifier: GPL-3.0-or-later
// Each answer is counted once, as it comes.
#include "server/jobs/queue/figures.h"

namespace openloop::queue {

void Figures::count(const Statement &statement, const Answer &answer, BootTime sent, BootTime now)
{
    const auto *rows = std::get_if<Rows>(&answer);
    const int changed = rows ? rows->changed : 0;
    if (const auto *tasks = std::get_if<Claims>(&answer)) {
        ++claims;
        claimed += std::int64_t(tasks->tasks.size());
        claimTime += now - sent;
    } else if (std::holds_alternative<Beat>(statement) && changed > 0) {
        lastBeat = sent;
    } else if (std::holds_alternative<MarkDead>(statement)) {
        reapedNodes += changed;
    } else if (std::holds_alternative<Sweep>(statement)) {
        putBack += changed;
    } else if (const auto *end = std::get_if<End>(&statement)) {
        ++(changed == 0 ? fenceRejections : end->state == TaskState::Failed ? failed : done);
    }
}

} // namespace openloop::queue
