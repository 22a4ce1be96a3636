// SPDX-License-Identifier: GPL-3.0-or-later
// What a target is said to be: the word that figures, verdicts, colours and shapes agree on.
#pragma once

namespace openloop::gui {

/// What a target or the whole service is; each has a word, a shape and a colour, so that colour is never alone.
enum class State { Unknown, Ok, Degraded, Down, Stale, Paused };

} // namespace openloop::gui
