// SPDX-License-Identifier: GPL-3.0-or-later
// What the kernel knows of this process, for /metrics.
#pragma once

namespace openloop {

/// All zero where /proc does not tell.
struct ProcessFigures {
    double cpuSeconds = 0; ///< user and system, all threads
    double residentBytes = 0;
    double startTime = 0; ///< s since 1970
    int threads = 0;
    int openDescriptors = 0;
    int maxDescriptors = 0;
};

/// Reads /proc; some 30 us. Any thread.
ProcessFigures processFigures();

} // namespace openloop
