// SPDX-License-Identifier: GPL-3.0-or-later
// A measuring thread that waits for a processor measures the wait: it asks to be woken first.
#pragma once

namespace openloop::probe {

/// Has this thread run as soon as it is ready, although others compute: as a real-time thread of the lowest priority
/// where the system lets it (root, RLIMIT_RTPRIO), else below nice 0 (RLIMIT_NICE), else with the shortest slices, for
/// which nobody needs a right (Linux 6.12; ignored before). Threads that it starts inherit nothing of it. For threads
/// that sleep nearly always.
void raiseThreadPriority();

} // namespace openloop::probe
