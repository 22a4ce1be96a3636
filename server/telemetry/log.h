// SPDX-License-Identifier: GPL-3.0-or-later
// The log on standard error: a line for a person, or a JSON object for a collector.
#pragma once

#include "server/settings/options.h"

namespace openloop {

/// Sends all of Qt's logging through one format. Once, before any other thread starts.
void startLog(LogFormat format);

} // namespace openloop
