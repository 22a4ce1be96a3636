// SPDX-License-Identifier: GPL-3.0-or-later
// Whom the processor serves first: who computes steps back, who measures is woken before.
#pragma once

namespace openloop {

/// Threads that run SQL: an embedded database computes in them, yet somebody waits for every row.
inline constexpr int waitingNiceness = 10;

/// Lowers the calling thread's priority (Linux: nice values are the threads' own). It can't be raised again.
void lowerThreadPriority(int niceness);

/// Has this thread run as soon as it is ready, although others compute: with the shortest slices, for which nobody
/// needs a right, and where the kernel knows of none (before Linux 6.12) at nice -10, if the system lets it (root,
/// RLIMIT_NICE). Threads that it starts inherit nothing of it.
void raiseThreadPriority();

/// The same, as a real-time thread of the lowest priority where the system lets it (root, RLIMIT_RTPRIO). For threads
/// that sleep nearly always: one that waits for a processor while it measures would measure the wait.
void makeThreadRealTime();

} // namespace openloop
