// SPDX-License-Identifier: GPL-3.0-or-later
// The few things that a QPalette cannot say (rounded buttons, flat docks) as one style sheet made from our palette.
#pragma once

#include <QString>

namespace openloop::gui {

struct Palette;

/// Style sheet of the application for a palette.
QString styleSheetFor(const Palette &palette);

} // namespace openloop::gui
