// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures of the real window measuring a real service, light and dark, in every state: for the README and for our
// eyes.
#include "bench/pictures/sheets.h"
#include "gui/models/default_rules.h"
#include "gui/models/format.h"
#include "gui/models/watches/server_watch.h"
#include "gui/theme/theme.h"
#include "gui/translations.h"
#include "gui/views/chart/chart_panel.h"
#include "gui/views/chart/sample_popup.h"
#include "gui/views/dialogs/consent.h"
#include "gui/views/dialogs/paste_dialog.h"
#include "gui/views/load_control.h"
#include "gui/views/panels/compare_panel.h"
#include "gui/views/panels/experiment_panel.h"
#include "gui/views/panels/jobs_panel.h"
#include "gui/views/panels/limit_panel.h"
#include "gui/views/panels/targets_panel.h"
#include "gui/views/top_bar.h"
#include "gui/window/experiments.h"
#include "gui/window/exports.h"
#include "gui/window/main_window.h"
#include "gui/window/recordings.h"
#include "gui/window/targets.h"

#include <QAction>
#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QDockWidget>
#include <QPlainTextEdit>
#include <QRegularExpression>
#include <QTcpServer>
#include <QTimer>

#include <algorithm>
#include <cstdio>
#include <tuple>

using namespace openloop;
using namespace Qt::Literals::StringLiterals;

namespace {

/// The steps of a tour through the window; each picture is taken in both schemes and two sizes.
class Tour
{
public:
    /// fleet: base URLs of servers that share the service's database.
    Tour(const QString &url, const QStringList &fleet, const QDir &folder, const QList<QSize> &sizes)
        : m_folder(folder), m_targets(*probe::targetsFromArguments({url})), m_fleet(fleet), m_sizes(sizes)
    {
    }

    void run()
    {
        firstRun();
        const QString recording = m_folder.filePath(u"before.sqlite"_s);
        QFile::remove(recording);
        gui::MainWindow window(m_theme, m_targets, gui::defaultRules(m_targets));
        window.show();
        window.session().record(recording);
        window.experiments().setIsolationConfig(quickTest());
        wait(15);
        take(window, u"idle"_s);
        window.toggleHold();
        take(window, u"held"_s);
        window.toggleHold();
        window.topBar().load().toggle();
        wait(20);
        take(window, u"saturated"_s);
        modes(window);
        take(window, u"server"_s, u"server"_s);
        take(window, u"events"_s, u"events"_s);
        window.topBar().load().toggle();
        window.session().record(m_folder.filePath(u"after.sqlite"_s));
        window.experiments().toggleTest();
        wait(9);
        take(window, u"test-running"_s, u"experiment"_s);
        for (int i = 0; i < 60 && !window.experimentPanel().verdict(); ++i)
            wait(1);
        take(window, u"test-verdict"_s, u"experiment"_s);
        limit(window);
        window.comparePanel().compareWith(recording);
        take(window, u"compare"_s, u"compare"_s);
        window.jobsPanel().jobs().submitNumber(u"1000000016000000063"_s);
        window.jobsPanel().jobs().submitNumber(
            u"9999999999999999999999999999999999999999999999999999999999999999999999999999977"_s);
        wait(3);
        take(window, u"jobs"_s, u"jobs"_s);
        fleet(window);
        popup(window);
        dialogs(window);
        for (const auto &format : {u"html"_s, u"pdf"_s, u"svg"_s, u"csv"_s, u"json"_s})
            std::fputs(qPrintable(window.exports().exportTo(m_folder.filePath(u"report."_s + format))), stderr);
        window.recordings().show(recording);
        take(window, u"replay"_s, u"experiment"_s);
        gone(window);
    }

private:
    static probe::IsolationConfig quickTest()
    {
        probe::IsolationConfig config;
        config.baseline = config.loaded = config.recovery =
            std::chrono::seconds(12); // three sizes in both schemes take their time
        return config;
    }

    void firstRun()
    {
        QTcpServer silent; // takes connections, and never says a word
        silent.listen(QHostAddress::LocalHost);
        for (const auto &[url, name] : {std::pair(u"http://127.0.0.1:9"_s, u"first-run"_s),
                                        {u"http://no-such-host.invalid:8080"_s, u"first-run-unknown"_s},
                                        {u"http://127.0.0.1:%1"_s.arg(silent.serverPort()), u"first-run-timed-out"_s},
                                        {QString(), u"no-target"_s}}) {
            auto nobody = url.isEmpty() ? QList<probe::Target>() : *probe::targetsFromArguments({url});
            for (auto &target : nobody)
                target.timeout = std::chrono::milliseconds(500);
            gui::MainWindow window(m_theme, nobody, gui::defaultRules(nobody));
            window.show();
            wait(3);
            take(window, name);
        }
    }

    void modes(gui::MainWindow &window)
    {
        const std::array names{u"points"_s, u"heatmap"_s, u"histogram"_s, u"ccdf"_s, u"phases"_s};
        for (int mode = 1; mode < gui::chartModes; ++mode) {
            window.chartPanel().setMode(static_cast<gui::ChartMode>(mode));
            take(window, names[static_cast<std::size_t>(mode)]);
        }
        window.chartPanel().setMode(gui::ChartMode::Points);
    }

    void limit(gui::MainWindow &window)
    {
        probe::LoadSearchConfig config;
        config.maxN = 64;
        config.measure = config.settle = std::chrono::seconds(1);
        window.experiments().setSearchConfig(config);
        window.experiments().toggleSearch();
        for (int i = 0; i < 60 && window.limitPanel().verdict().isEmpty(); ++i)
            wait(1);
        take(window, u"limit"_s, u"limit"_s);
    }

    void fleet(gui::MainWindow &window)
    {
        const auto before = window.session().targets();
        auto targets = before;
        for (const QString &server : m_fleet)
            targets += *probe::targetsFromArguments({u"node%1=%2/health"_s.arg(targets.size()).arg(server)});
        window.session().setTargets(targets);
        window.jobsPanel().jobs().submitNumber( // a minute of one thread
            u"48181119420100527776686281622010901153280245482416192175629232964490138110329"_s);
        raise(window, u"fleet"_s);
        wait(8);
        take(window, u"fleet"_s, u"fleet"_s);
        window.session().setTargets(before);
    }

    void popup(gui::MainWindow &window)
    {
        const auto &session = window.session();
        const auto found = gui::SamplePopup::nearest(session, session.now() - 5, 1, 5);
        if (!found)
            return;
        for (const bool dark : {false, true}) {
            gui::SamplePopup box(*found, u"12:34:56.789"_s, gui::paletteFor(dark), &window);
            box.setServer(gui::ServerWatch::tr("event loop late by up to %1").arg(gui::formatLimit(0.5)));
            box.grab().save(m_folder.filePath(dark ? u"popup-dark.png"_s : u"popup-light.png"_s));
        }
    }

    void dialogs(gui::MainWindow &window)
    {
        const auto press = [&window](const QKeySequence &keys) {
            for (auto *action : window.actions()) {
                if (action->shortcut() == keys)
                    action->trigger();
            }
        };
        window.targets().editRules();
        picture(u"rules"_s);
        window.targets().offer();
        wait(2);
        picture(u"pick"_s);
        window.chooseFigures();
        picture(u"figures"_s);
        press(Qt::CTRL | Qt::Key_N);
        if (auto *paste = window.findChild<gui::PasteDialog *>()) {
            picture(u"add"_s, false);
            paste->findChild<QPlainTextEdit *>(u"paste"_s)
                ->setPlainText(u"curl --no-such-option https://example.org/"_s);
            paste->accept();
        }
        picture(u"add-refused"_s);
        press(Qt::Key_F2);
        picture(u"edit"_s);
        press(Qt::Key_F1);
        picture(u"keys"_s);
        press(Qt::CTRL | Qt::Key_O);
        picture(u"open"_s);
        press(Qt::Key_E);
        picture(u"export"_s);
        window.recordings().show(m_folder.filePath(u"report.csv"_s));
        picture(u"no-recording"_s);
        gui::Consent consent;
        probe::Target far;
        far.name = u"far"_s;
        far.url = u"https://a-host-of-somebody-else.example.org/far"_s;
        consent.ask(&window, far, 8, [] { });
        picture(u"load-elsewhere"_s);
        window.topBar().openMenu();
        picture(u"menu"_s);
    }

    /// Of all that stands above the window, which is then closed.
    void picture(const QString &name, bool close = true)
    {
        for (const auto &[mode, scheme] :
             {std::pair(gui::Theme::Mode::Light, u"light"_s), std::pair(gui::Theme::Mode::Dark, u"dark"_s)}) {
            m_theme.setMode(mode);
            wait(0.3);
            for (auto *dialog : QApplication::topLevelWidgets()) {
                if (dialog->isVisible() && !qobject_cast<gui::MainWindow *>(dialog))
                    dialog->grab().save(m_folder.filePath(u"dialog-%1-%2.png"_s.arg(name, scheme)));
            }
        }
        for (auto *dialog : QApplication::topLevelWidgets()) {
            if (close && dialog->isVisible() && !qobject_cast<gui::MainWindow *>(dialog))
                dialog->close();
        }
        wait(0.1);
    }

    /// A service that was there and is gone.
    void gone(gui::MainWindow &window)
    {
        window.recordings().close();
        wait(3);
        auto targets = window.session().targets();
        for (auto &target : targets)
            target.url.replace(QRegularExpression(u":[0-9]+/"_s), u":9/"_s);
        window.session().setTargets(targets);
        wait(4);
        take(window, u"down"_s);
    }

    static void raise(gui::MainWindow &window, const QString &dock)
    {
        auto *one = window.findChild<QDockWidget *>(dock);
        one->show();
        one->raise();
    }

    /// Without the lowest two bits of each colour, which nobody sees and which are a fifth of the file.
    static QImage light(QImage image)
    {
        image = image.convertToFormat(QImage::Format_RGB888);
        for (int y = 0; y < image.height(); ++y) {
            auto *line = image.scanLine(y);
            std::transform(line, line + qsizetype(3) * image.width(), line,
                           [](uchar value) { return static_cast<uchar>(value == 255 ? value : (value & ~3) | 2); });
        }
        return image;
    }

    static void wait(double seconds)
    {
        QEventLoop loop;
        QTimer::singleShot(std::chrono::milliseconds(static_cast<int>(seconds * 1000)), &loop, &QEventLoop::quit);
        loop.exec();
    }

    /// With that panel in front, or as it is.
    void take(gui::MainWindow &window, const QString &name, const QString &panel = {})
    {
        for (const auto &[mode, scheme] :
             {std::pair(gui::Theme::Mode::Light, u"light"_s), std::pair(gui::Theme::Mode::Dark, u"dark"_s)}) {
            m_theme.setMode(mode);
            for (const QSize size : std::as_const(m_sizes)) {
                window.resize(size);
                wait(0.1);
                window.resize(size); // a layout that is higher while it is narrow has followed
                if (!panel.isEmpty())
                    raise(window, panel);
                wait(0.6);
                const QString path = m_folder.filePath(u"%1-%2-%3.png"_s.arg(name, scheme).arg(size.width()));
                if (!light(window.grab().toImage()).save(path, "PNG", 0))
                    std::fprintf(stderr, "cannot write %s\n", qPrintable(path));
            }
        }
    }

    gui::Theme m_theme;
    QDir m_folder;
    QList<probe::Target> m_targets;
    QStringList m_fleet;
    QList<QSize> m_sizes;
};

/// One sheet for each scheme and size, and one of what stands by itself.
void composeSheets(const QDir &folder)
{
    for (const auto &scheme : {u"light"_s, u"dark"_s}) {
        for (const auto &[width, columns, shown] :
             {std::tuple(640, 3, 640), std::tuple(1280, 2, 960), std::tuple(2560, 1, 1600)})
            pictures::composeSheet(folder, u"*-%1-%2.png"_s.arg(scheme).arg(width), columns, shown,
                                   folder.filePath(u"sheet-%1-%2.png"_s.arg(scheme).arg(width)));
        pictures::composeSheet(folder, u"dialog-*-%1.png"_s.arg(scheme), 2, 800,
                               folder.filePath(u"sheet-%1-dialogs.png"_s.arg(scheme)));
        pictures::composeSheet(folder, u"popup-%1.png"_s.arg(scheme), 1, 880,
                               folder.filePath(u"sheet-%1-popup.png"_s.arg(scheme)));
    }
}

} // namespace

int main(int argc, char **argv)
{
    QApplication application(argc, argv);
    gui::installTranslations(application, QLocale());
    QCommandLineParser parser;
    parser.addHelpOption();
    parser.addPositionalArgument(u"URL"_s, u"base URL of the service"_s);
    parser.addPositionalArgument(u"FOLDER"_s, u"where the pictures go"_s);
    const QCommandLineOption sheets(u"sheets"_s, u"in windows of 640, 1280 and 2560 pixels, and sheets of all"_s);
    parser.addOption(sheets);
    const QCommandLineOption fleet(u"fleet"_s, u"base URLs of servers that share its database"_s, u"URL,…"_s);
    parser.addOption(fleet);
    parser.process(application);
    if (parser.positionalArguments().size() != 2)
        parser.showHelp(2);
    QDir().mkpath(parser.positionalArguments()[1]);
    const QDir folder(parser.positionalArguments()[1]);
    const bool asSheets = parser.isSet(sheets);
    Tour(parser.positionalArguments()[0], parser.value(fleet).split(u',', Qt::SkipEmptyParts), folder,
         asSheets ? QList{QSize(640, 620), QSize(1280, 800), QSize(2560, 1400)}
                  : QList{QSize(1000, 700), QSize(1280, 800)})
        .run();
    if (asSheets)
        composeSheets(folder);
    return 0;
}
