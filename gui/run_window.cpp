// SPDX-License-Identifier: GPL-3.0-or-later
// See run_window.h.
#include "gui/run_window.h"

#include "gui/main_window.h"
#include "gui/models/default_rules.h"
#include "gui/theme/icons.h"
#include "gui/theme/theme.h"

#include <QApplication>
#include <QCommandLineParser>

#include <cstdio>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

int runWindow(int argc, char **argv)
{
    QApplication application(argc, argv);
    QGuiApplication::setDesktopFileName(u"openloop-monitor"_s);
    QCommandLineParser parser;
    parser.addPositionalArgument(u"URL"_s, u"what to measure: URL, name=URL or the base URL of the service"_s, u"[URL…]"_s);
    parser.process(application);
    const auto targets = probe::targetsFromArguments(parser.positionalArguments());
    if (!targets) {
        std::fprintf(stderr, "openloop-monitor: %s\n", qPrintable(targets.error));
        return 2;
    }
    Theme theme;
    MainWindow window(theme, *targets, defaultRules(*targets));
    window.show();
    return QApplication::exec();
}

} // namespace openloop::gui
