// SPDX-License-Identifier: GPL-3.0-or-later
// Clients of a test server with several event loops, by the loop that has taken them.
#pragma once

#include "tests/support/raw_client.h"

#include <QString>

#include <memory>

namespace openloop::test {

/// Empty: home. `loop 1`: the first of the others.
QString loopOf(RawClient &client);

/// A client that the loop of this name has taken; none: a thousand were taken by others. Whoever must be answered while
/// a loop stands still is made before: until it does, that loop takes clients as well.
std::unique_ptr<RawClient> clientOn(quint16 port, const QString &loop);

/// How many loops stand still, told by the one that this client is on; -1: it did not answer.
int standingLoops(RawClient &client);

} // namespace openloop::test
