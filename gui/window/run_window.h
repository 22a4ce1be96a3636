// SPDX-License-Identifier: GPL-3.0-or-later
// openloop-monitor with a window: from arguments to the event loop.
#pragma once

namespace openloop::gui {

/// Shows the window and returns when it is closed: 0, or 2 for a wrong argument.
int runWindow(int argc, char **argv);

} // namespace openloop::gui
