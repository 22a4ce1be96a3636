// SPDX-License-Identifier: GPL-3.0-or-later
// openloop-monitor: decides between the window and --headless before anything asks for a display.
#include "gui/probe/headless/headless.h"
#include "gui/probe/targets/command_line.h"
#include "gui/window/run_window.h"

#include <QCoreApplication>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <string_view>

namespace {

bool wantsNoDisplay(int argc, char **argv)
{
    return std::any_of(argv + 1, argv + argc, [](std::string_view argument) {
        return argument == "--headless" || argument == "--help" || argument == "-h" || argument == "--version"
            || argument == "-v";
    });
}

/// Whether Qt finds a place for a window without being told of one; where not, it would abort.
bool hasDisplay()
{
    return std::ranges::any_of(std::initializer_list{"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"},
                               [](const char *name) { return !qEnvironmentVariableIsEmpty(name); });
}

} // namespace

int main(int argc, char **argv)
{
    // A service that resets its connection, or a reader that went away, is an error to tell of and not our end; libcurl
    // leaves that to the program, which has other threads.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN); // and so is a file that may grow no more
    QCoreApplication::setApplicationName(QStringLiteral("openloop-monitor"));
    QCoreApplication::setApplicationVersion(QStringLiteral(OPENLOOP_VERSION));
    if (wantsNoDisplay(argc, argv)) {
        qputenv("QT_NO_GLIB", "1"); // a fifth less CPU per event
        QCoreApplication application(argc, argv);
        return openloop::probe::runHeadless(application);
    }
    QStringList arguments;
    for (int i = 0; i < argc; ++i)
        arguments.append(QString::fromLocal8Bit(argv[i]));
    if (const auto problem = openloop::probe::problemOfWindowArguments(arguments, hasDisplay()); !problem.isEmpty()) {
        std::fprintf(stderr, "openloop-monitor: %s\n", qPrintable(problem));
        return 2;
    }
    return openloop::gui::runWindow(argc, argv);
}
