// SPDX-License-Identifier: GPL-3.0-or-later
// In place of the window where OPENLOOP_WINDOW is off.
#include "gui/window/run_window.h"

#include <cstdio>

namespace openloop::gui {

int runWindow(int /*argc*/, char ** /*argv*/)
{
    std::fputs("openloop-monitor: this one was built without a window; --headless is what it does\n", stderr);
    return 2;
}

} // namespace openloop::gui
