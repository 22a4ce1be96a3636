// SPDX-License-Identifier: GPL-3.0-or-later
// What a screen reader calls the widgets that paint themselves.
#pragma once

namespace openloop::gui {

/// Cards are buttons, charts are charts; without it all of them are "filler". Once for the program, before its windows.
void giveRoles();

} // namespace openloop::gui
