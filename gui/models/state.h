// SPDX-License-Identifier: GPL-3.0-or-later
// What a target is said to be: the word that figures, verdicts, colours and shapes agree on.
#pragma once

#include "gui/probe/measurement/target_watch.h"

namespace openloop::gui {

/// What a target or the whole service is; each has a word, a shape and a colour, so that colour is never alone.
using State = probe::TargetState;

} // namespace openloop::gui
