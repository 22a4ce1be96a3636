// SPDX-License-Identifier: GPL-3.0-or-later
// Who made a slow sample slow: this machine, the network, or the service; from what was measured, not from a
// guess.
#pragma once

#include "gui/probe/samples/sample.h"

#include <QList>

namespace openloop::probe {

enum class Culprit {
    Nobody,
    Host,
    Network,
    EventLoop, ///< something else kept it from answering
    Pool, ///< waited for one of its threads
    Computing,
    Database,
    Upstream,
    Service, ///< in what it does not say
};

struct Blame {
    Culprit culprit = Culprit::Nobody;
    Nanoseconds share{0}; ///< of the response
    QString sentence; ///< "host: the control probe took 38 ms at the same time"
};

struct ServerTiming {
    QString name;
    Nanoseconds duration{0};
    QString description;
};

/// The entries of a Server-Timing field (W3C Server Timing); malformed ones are left out.
QList<ServerTiming> parseServerTiming(const QByteArray &field);

/// `control`: control samples around it. Control slow too: the host is busy. Control fast, target slow: the
/// network when name, connect or TLS took most of it, else the service. Where that says by Server-Timing what took
/// half of the time ("queue", "db"...), that; where by "total" it worked for less than half of it, its event loop was
/// blocked by something else; never where the control probe was late at the same time (TrustLimits::control).
Blame blameFor(const Sample &sample, const QList<Sample> &control);

} // namespace openloop::probe
