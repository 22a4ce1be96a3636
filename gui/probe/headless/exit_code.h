// SPDX-License-Identifier: GPL-3.0-or-later
// What the shell is told of a headless run: words that the report and the program share.
#pragma once

namespace openloop::probe {

enum class ExitCode {
    Kept = 0, ///< every assert holds
    Broken = 1, ///< one failed
    Usage = 2, ///< also: a file that can't be written
    NoAnswer = 3, ///< nothing answered, or not the load that was to be searched
    Untrustworthy = 4, ///< the measurement itself
    CutShort = 5, ///< by a signal, or the monitor itself stood still for more than a tenth of it
};

} // namespace openloop::probe
