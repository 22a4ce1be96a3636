// SPDX-License-Identifier: GPL-3.0-or-later
// Which process this is among those of its machine, and whether another one still runs.
#pragma once

#include "server/jobs/queue/protocol.h"

namespace openloop::queue {

/// Source: /proc. Empty where that can't be read: then it is nobody's neighbour.
Process thisProcess();

/// Whether a process of this machine and pid namespace has ended; false if that can't be told. Never blocks.
bool hasEnded(const Process &process);

} // namespace openloop::queue
