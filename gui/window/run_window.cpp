// SPDX-License-Identifier: GPL-3.0-or-later
// Reads arguments and profile, shows the window, and writes the profile when it is closed.
#include "gui/window/run_window.h"

#include "common/stop_signals.h"
#include "gui/models/default_rules.h"
#include "gui/models/profile_file.h"
#include "gui/probe/targets/command_line.h"
#include "gui/theme/icons.h"
#include "gui/theme/theme.h"
#include "gui/translations.h"
#include "gui/views/dialogs/message.h"
#include "gui/views/roles.h"
#include "gui/window/main_window.h"
#include "gui/window/recordings.h"

#include <QApplication>
#include <QCommandLineParser>

#include <cstdio>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

void say(const QString &problem)
{
    if (!problem.isEmpty())
        std::fprintf(stderr, "openloop-monitor: %s\n", qPrintable(problem));
}

} // namespace

int runWindow(int argc, char **argv)
{
    QApplication application(argc, argv);
    QGuiApplication::setDesktopFileName(u"openloop-monitor"_s);
    installTranslations(application, QLocale());
    giveRoles();
    QCommandLineParser parser;
    const QCommandLineOption metrics(u"metrics"_s, {}, u"PLACE"_s);
    parser.addOption(metrics);
    parser.process(application);
    QStringList arguments = parser.positionalArguments();
    const QString recording = arguments.isEmpty() ? QString() : probe::fileNamed(arguments.first());
    if (!recording.isEmpty())
        arguments.clear(); // behind it stands what the window measures by itself
    const auto given = probe::targetsFromArguments(arguments);
    if (!given) {
        say(given.error);
        return 2;
    }
    // Closes the window as its button does: layout and settings are saved, a service that it started is ended.
    const StopSignals onStop([] { QCoreApplication::quit(); });
    const ProfileFile file(probe::defaultProfilePath());
    say(file.problem());
    auto profile = file.profile();
    const auto targets = arguments.isEmpty() && !profile.targets.isEmpty() ? profile.targets : *given;
    Theme theme;
    MainWindow window(theme, targets, arguments.isEmpty() && file.hasRules() ? profile.rules : defaultRules(targets));
    window.restoreState(profile.window);
    // In the profile it is written by hand; what the option says holds for once.
    if (const auto place = parser.isSet(metrics) ? parser.value(metrics) : profile.window[u"metrics"_s].toString();
        !place.isEmpty()) {
        const auto problem = probe::problemOfMetrics(place);
        say(problem);
        if (problem.isEmpty())
            window.setMetrics(place);
    }
    window.session().record(probe::SessionRecorder::defaultPath());
    window.show();
    if (!recording.isEmpty())
        window.recordings().show(recording);
    if (!file.problem().isEmpty())
        complain(&window, ProfileFile::tr("Settings"), file.problem());
    const int code = QApplication::exec();
    say(window.session().recordingProblem());
    profile.window = window.savedState();
    if (arguments.isEmpty()) {
        profile.targets = window.session().liveTargets();
        profile.rules = window.session().rules();
    }
    say(file.save(profile));
    return code;
}

} // namespace openloop::gui
