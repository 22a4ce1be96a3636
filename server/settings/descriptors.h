// SPDX-License-Identifier: GPL-3.0-or-later
// File descriptors: what the system grants, and who may have how many of them.
#pragma once

#include "server/http/message/limits.h"
#include "server/settings/options.h"

namespace openloop {

/// Asks the system for as many as it grants; a shell's usual 1,024 would end far below --max-connections.
void raiseDescriptorLimit();

/// Makes clients and upstream calls few enough that all can have theirs: a thread of Qt's that gets none ends the
/// process. Warns in the log of what had to be made less. Throws StartFailure if there is no room for any.
void fitToDescriptors(Options &options, http::Limits &limits);

} // namespace openloop
