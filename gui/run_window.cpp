// SPDX-License-Identifier: GPL-3.0-or-later
// See run_window.h.
#include "gui/run_window.h"

#include "gui/main_window.h"
#include "gui/models/default_rules.h"
#include "gui/theme/icons.h"
#include "gui/probe/profile.h"
#include "gui/theme/theme.h"
#include "gui/translations.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>

#include <cstdio>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

probe::Profile readProfile()
{
    const QString path = probe::defaultProfilePath();
    if (!QFileInfo::exists(path))
        return {};
    auto profile = probe::loadProfile(path);
    if (!profile)
        std::fprintf(stderr, "openloop-monitor: %s\n", qPrintable(profile.error));
    return profile ? *profile : probe::Profile();
}

} // namespace

int runWindow(int argc, char **argv)
{
    QApplication application(argc, argv);
    QGuiApplication::setDesktopFileName(u"openloop-monitor"_s);
    installTranslations(application, QLocale());
    QCommandLineParser parser;
    parser.addPositionalArgument(u"URL"_s, u"what to measure: URL, name=URL or the base URL of the service"_s, u"[URL…]"_s);
    parser.process(application);
    const auto given = probe::targetsFromArguments(parser.positionalArguments());
    if (!given) {
        std::fprintf(stderr, "openloop-monitor: %s\n", qPrintable(given.error));
        return 2;
    }
    // A profile that cannot be read is no reason to show nothing.
    auto profile = readProfile();
    const bool ownTargets = parser.positionalArguments().isEmpty() && !profile.targets.isEmpty();
    const auto targets = ownTargets ? profile.targets : *given;
    Theme theme;
    MainWindow window(theme, targets, ownTargets && !profile.rules.isEmpty() ? profile.rules : defaultRules(targets));
    window.restoreState(profile.window);
    window.session().record(probe::SessionRecorder::defaultPath());
    window.show();
    const int code = QApplication::exec();
    profile.window = window.savedState();
    if (parser.positionalArguments().isEmpty()) {
        profile.targets = window.session().targets();
        profile.rules = window.session().rules();
    }
    if (const QString problem = probe::saveProfile(profile, probe::defaultProfilePath()); !problem.isEmpty())
        std::fprintf(stderr, "openloop-monitor: %s\n", qPrintable(problem));
    return code;
}

} // namespace openloop::gui
