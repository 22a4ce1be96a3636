// SPDX-License-Identifier: GPL-3.0-or-later
// A command line taken apart as a POSIX shell would, without running anything.
#pragma once

#include "gui/probe/samples/parsed.h"

#include <QStringList>

namespace openloop::probe {

/// Words of one command: '..', "..", \, $'..' and line continuations. No expansion: `$x` and backticks stay
/// as they are. An unfinished quote is an error; so is a second command after ; | & or a new line.
Parsed<QStringList> shellWords(const QString &command);

} // namespace openloop::probe
