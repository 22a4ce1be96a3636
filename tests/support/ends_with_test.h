// SPDX-License-Identifier: GPL-3.0-or-later
// A test that crashes, or is killed at its timeout, leaves nobody behind.
#pragma once

#include <QProcess>

#include <csignal>
#include <sys/prctl.h>

namespace openloop::test {

/// The process, not started yet, gets the signal when the thread ends that starts it: one that lives as long as the
/// test. What it starts itself is its own business.
inline void endWithTest(QProcess &process, int signal = SIGKILL)
{
    process.setChildProcessModifier([signal] { ::prctl(PR_SET_PDEATHSIG, signal); });
}

} // namespace openloop::test
