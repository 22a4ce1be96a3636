// SPDX-License-Identifier: GPL-3.0-or-later
// What a service of ours says about its own event loop's stalls, and which of them made a sample slow.
#pragma once

#include "gui/probe/judgement/blame.h"

namespace openloop::probe {

/// A time that an event loop of an openloop-server stood still.
struct ServerStall {
    double began = 0; ///< s since the epoch, by this machine's clock
    Nanoseconds duration{0};
    QString request; ///< "GET /x (4f2a)"; empty: it was at none that is known
};

/// The entries of an answer of /stalls that came at `now`, s since the epoch; its own `now` tells how far the clocks
/// are apart. At most 100; malformed ones are left out.
QList<ServerStall> parseStalls(const QByteArray &answer, double now);

/// `blame` of a sample that was due at `due` and took `response`; of the stall that covers at least half of it, if
/// there is one, unless this machine or the network is to blame. due: s since the epoch.
Blame blameOnStall(const Blame &blame, double due, Nanoseconds response, const QList<ServerStall> &stalls);

} // namespace openloop::probe
