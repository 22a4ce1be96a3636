// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures of the real window measuring a real service, light and dark, in every state: for the README and for our eyes.
#include "gui/main_window.h"
#include "gui/models/default_rules.h"
#include "gui/theme/theme.h"
#include "gui/translations.h"
#include "gui/views/chart_panel.h"
#include "gui/views/load_control.h"
#include "gui/views/top_bar.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QDockWidget>
#include <QTimer>

#include <cstdio>

using namespace openloop;
using namespace Qt::Literals::StringLiterals;

namespace {

/// The steps of a tour through the window; each picture is taken in both schemes and two sizes.
class Tour
{
public:
    Tour(const QString &url, QDir folder) : m_folder(std::move(folder)), m_targets(*probe::targetsFromArguments({url})) { }

    void run()
    {
        firstRun();
        gui::MainWindow window(m_theme, m_targets, gui::defaultRules(m_targets));
        window.show();
        window.setIsolationConfig(quickTest());
        wait(20);
        take(window, u"idle"_s);
        window.topBar().load().toggle();
        wait(20);
        take(window, u"saturated"_s);
        window.chartPanel().setMode(gui::ChartMode::Heatmap);
        take(window, u"heatmap"_s);
        window.chartPanel().setMode(gui::ChartMode::Distribution);
        take(window, u"ccdf"_s);
        window.chartPanel().setMode(gui::ChartMode::Points);
        window.toggleTest();
        wait(7);
        take(window, u"test-running"_s);
        wait(8);
        take(window, u"test-verdict"_s);
        window.findChild<QDockWidget *>(u"server"_s)->raise();
        window.timeWindow().showAll();
        wait(3);
        take(window, u"server"_s);
        for (const auto &format : {u"html"_s, u"pdf"_s, u"svg"_s, u"csv"_s, u"json"_s})
            std::fputs(qPrintable(window.exportTo(m_folder.filePath(u"report."_s + format))), stderr);
    }

private:
    static probe::IsolationConfig quickTest()
    {
        probe::IsolationConfig config;
        config.baseline = config.loaded = config.recovery = std::chrono::seconds(4);
        return config;
    }

    void firstRun()
    {
        const auto nobody = *probe::targetsFromArguments({u"http://127.0.0.1:9"_s});
        gui::MainWindow window(m_theme, nobody, gui::defaultRules(nobody));
        window.show();
        wait(3);
        take(window, u"first-run"_s);
    }

    static void wait(double seconds)
    {
        QEventLoop loop;
        QTimer::singleShot(std::chrono::milliseconds(static_cast<int>(seconds * 1000)), &loop, &QEventLoop::quit);
        loop.exec();
    }

    void take(gui::MainWindow &window, const QString &name)
    {
        for (const auto &[mode, scheme] : {std::pair(gui::Theme::Mode::Light, u"light"_s), std::pair(gui::Theme::Mode::Dark, u"dark"_s)}) {
            m_theme.setMode(mode);
            for (const QSize size : {QSize(1000, 700), QSize(1280, 800)}) {
                window.resize(size);
                wait(0.7);
                const QString path = m_folder.filePath(u"%1-%2-%3.png"_s.arg(name, scheme).arg(size.width()));
                if (!window.grab().save(path))
                    std::fprintf(stderr, "cannot write %s\n", qPrintable(path));
            }
        }
    }

    gui::Theme m_theme;
    QDir m_folder;
    QList<probe::Target> m_targets;
};

} // namespace

int main(int argc, char **argv)
{
    QApplication application(argc, argv);
    gui::installTranslations(application, QLocale());
    QCommandLineParser parser;
    parser.addHelpOption();
    parser.addPositionalArgument(u"URL"_s, u"base URL of the service"_s);
    parser.addPositionalArgument(u"FOLDER"_s, u"where the pictures go"_s);
    parser.process(application);
    if (parser.positionalArguments().size() != 2)
        parser.showHelp(2);
    QDir().mkpath(parser.positionalArguments()[1]);
    Tour(parser.positionalArguments()[0], QDir(parser.positionalArguments()[1])).run();
    return 0;
}
