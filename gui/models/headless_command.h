// SPDX-License-Identifier: GPL-3.0-or-later
// What the window measures, as a command that repeats it without a display.
#pragma once

#include "gui/probe/targets/target.h"

namespace openloop::gui {

/// The isolation test on these targets, `n` requests of `load` in flight, as a command for a POSIX shell: with their
/// URLs if those say all, else with a profile on standard input.
QString headlessCommand(const QList<probe::Target> &targets, const QString &load, int n);

} // namespace openloop::gui
