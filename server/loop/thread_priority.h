// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps threads that compute from taking the processor away from the event loop.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

namespace openloop {

/// Threads that factor: what the loop and everything else leave. Not SCHED_IDLE, which starves on a loaded machine.
inline constexpr int computingNiceness = 19;

/// Threads that run SQL: an embedded database computes in them, yet somebody waits for every row.
inline constexpr int waitingNiceness = 10;

/// Lowers the calling thread's priority (Linux: nice values are the threads' own). It can't be raised again.
inline void lowerThreadPriority(int niceness)
{
    ::setpriority(PRIO_PROCESS, id_t(::gettid()), niceness);
}

} // namespace openloop
