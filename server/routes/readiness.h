// SPDX-License-Identifier: GPL-3.0-or-later
// Whether requests can be served, for a balancer that asks and for an alarm that counts.
#pragma once

#include <QStringList>

namespace openloop {

struct Services;

/// What is away, each with why: "upstream: the last 10 calls failed".
struct Readiness {
    QStringList missing; ///< without these nothing should be sent here: --ready-needs names them
    QStringList degraded; ///< the service works without these
};

/// Reads cached states only; they heal without anybody's call. The thread where the services live.
Readiness readinessOf(const Services &use);

} // namespace openloop
