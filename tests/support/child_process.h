// SPDX-License-Identifier: GPL-3.0-or-later
// What a test does with processes that it starts: they leave with it, and stand still when they are told to.
#pragma once

#include "tests/support/patience.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTest>

#include <algorithm>
#include <csignal>
#include <sys/prctl.h>
#include <sys/types.h>

namespace openloop::test {

/// A test that crashes, or is killed at its timeout, leaves nobody behind: the process, not started yet, gets the
/// signal when the thread ends that starts it: one that lives as long as the test. What it starts itself is its own
/// business.
inline void endWithTest(QProcess &process, int signal = SIGKILL)
{
    process.setChildProcessModifier([signal] { ::prctl(PR_SET_PDEATHSIG, signal); });
}

/// SIGSTOP, and waits until each of its threads has met it, or the process is gone: on a busy machine they go on for a
/// while, and a SIGCONT undoes a stop that none has met. False: it did not come to that.
inline bool standStill(pid_t process)
{
    ::kill(process, SIGSTOP);
    const QString threads = QStringLiteral("/proc/%1/task/").arg(process);
    const auto stands = [&threads] {
        const QStringList all = QDir(threads).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
        return std::ranges::none_of(all, [&threads](const QString &thread) {
            QFile stat(threads + thread + QStringLiteral("/stat"));
            const QByteArray said = stat.open(QIODevice::ReadOnly) ? stat.readAll() : QByteArray();
            const qsizetype state = said.lastIndexOf(") ") + 2; // one letter
            return state < said.size() && QByteArrayView("RSD").contains(said[state]);
        });
    };
    return QTest::qWaitFor(stands, patience);
}

} // namespace openloop::test
