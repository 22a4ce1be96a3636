// SPDX-License-Identifier: GPL-3.0-or-later
// The real servers and tools beside which we are tested: unpacked below build/peers, or else installed.
#pragma once

#include <QProcess>
#include <QString>

#include <csignal>

namespace openloop::test {

/// Whether OPENLOOP_PEERS=off leaves them out, as under the sanitizers: what needs them is not tested then.
bool peersAreLeftOut();

/// As in a test function's QSKIP, and from init() or initTestCase() for what comes after it; whether they are left out.
bool skippedWithoutPeers();

/// Of init(): skips the functions with that word in their names where peers are left out.
void skipWithoutPeers(const char *word);

/// Where a program of Debian's lies (`promtool`, `nginx`; of PostgreSQL: `initdb`); empty where there is none. What is
/// unpacked comes first. Any account may enter and run it: for root in a closed folder, a copy is made below /var/tmp.
QString peerProgram(const QString &name);

/// In which peerProgram() finds its libraries.
QProcessEnvironment peerEnvironment();

/// For a server that refuses to run as root and is to die with the test: as nobody then, both outputs in one, started
/// where every account may be. signal: by which it ends at once, its processes included.
void preparePeer(QProcess &process, int signal = SIGQUIT);

/// Lets such a server write there.
void giveToPeers(const QString &path);

} // namespace openloop::test
