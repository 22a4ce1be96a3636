// SPDX-License-Identifier: GPL-3.0-or-later
// What happened, in the words of the window: translated, with its units.
#pragma once

#include "gui/probe/measurement/event.h"

namespace openloop::gui {

/// One line without time, kind and target.
QString wordsFor(const probe::Event &event);
/// A rule without the target that it names, for where that is said already: "p99<20ms over 10s".
QString withoutTarget(const QString &text, const QString &target);
/// "connection refused"; empty for none.
QString wordsFor(const probe::Cause &cause);

} // namespace openloop::gui
