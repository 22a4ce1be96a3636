// SPDX-License-Identifier: GPL-3.0-or-later
// Names each action, gives it its keys, and hands it to whom it concerns.
#include "gui/window/menu.h"

#include "gui/theme/theme.h"
#include "gui/views/chart/chart_panel.h"
#include "gui/views/dialogs/shortcuts_dialog.h"
#include "gui/views/load_control.h"
#include "gui/views/panels/targets_panel.h"
#include "gui/views/top_bar.h"
#include "gui/window/experiments.h"
#include "gui/window/exports.h"
#include "gui/window/main_window.h"
#include "gui/window/recordings.h"
#include "gui/window/targets.h"

#include <QActionGroup>
#include <QDockWidget>

namespace openloop::gui {

template <typename Receiver, typename Slot>
QAction *Menu::action(const QString &text, const QKeySequence &keys, Receiver *receiver, Slot slot)
{
    auto *result = new QAction(text, &m_window);
    result->setShortcut(keys);
    connect(result, &QAction::triggered, receiver, slot);
    m_window.addAction(result);
    return result;
}

Menu::Menu(MainWindow &window, Theme &theme) : QMenu(&window), m_window(window)
{
    auto *targets = &window.targets();
    auto *recordings = &window.recordings();
    auto *experiments = &window.experiments();
    addAction(action(tr("Add target…"), Qt::CTRL | Qt::Key_N, targets, &Targets::add));
    addAction(
        action(tr("Add from the service's OpenAPI…"), Qt::CTRL | Qt::SHIFT | Qt::Key_N, targets, &Targets::offer));
    addAction(action(tr("Add from an OpenAPI file…"), {}, targets, &Targets::offerFromFile));
    addAction(action(tr("Edit target…"), Qt::Key_F2, targets, &Targets::editCurrent));
    addAction(action(tr("Rules…"), Qt::CTRL | Qt::Key_L, targets, &Targets::editRules));
    addAction(action(tr("Save targets and rules as a profile…"), Qt::CTRL | Qt::Key_S, targets, &Targets::saveProfile));
    addSeparator();
    addAction(action(tr("Open recording…"), Qt::CTRL | Qt::Key_O, recordings, &Recordings::open));
    addAction(action(tr("Compare with a recording…"), Qt::CTRL | Qt::Key_D, recordings, &Recordings::compare));
    addAction(action(tr("Export…"), Qt::Key_E, &window.exports(), &Exports::exportVisible));
    addSeparator();
    addAction(
        action(tr("Run or abort the isolation test"), Qt::CTRL | Qt::Key_R, experiments, &Experiments::toggleTest));
    addAction(action(tr("Find the load at which a promise breaks"), Qt::CTRL | Qt::SHIFT | Qt::Key_R, experiments,
                     &Experiments::toggleSearch));
    addAction(action(tr("Start or stop the load"), Qt::Key_B, &window.topBar().load(), &LoadControl::toggle));
    addAction(action(tr("Follow the present"), Qt::Key_L, &window.timeWindow(), &TimeWindow::goLive));
    addAction(action(withKeys(tr("Hold or follow"), Qt::Key_Space), {}, &window, &MainWindow::toggleHold));
    addSeparator();
    addViewActions();
    addPlaces();
    addThemes(theme);
    addSeparator();
    addAction(action(tr("Keys…"), Qt::Key_F1, this, &Menu::showKeys));
    addAction(action(tr("Quit"), QKeySequence::Quit, &window, &QWidget::close));
}

void Menu::addViewActions()
{
    auto *chart = &m_window.chartPanel();
    auto *time = &m_window.timeWindow();
    auto *view = addMenu(tr("View"));
    view->addAction(action(tr("Logarithmic or linear axis"), Qt::Key_G, chart,
                           [chart] { chart->setLogarithmic(!chart->chart().isLogarithmic()); }));
    view->addAction(action(tr("Points, heatmap, histogram, CCDF or phases"), Qt::Key_H, chart, [chart] {
        chart->setMode(static_cast<ChartMode>((static_cast<int>(chart->chart().mode()) + 1) % chartModes));
    }));
    view->addAction(action(tr("Zoom in"), Qt::Key_Plus, time, [time] { time->zoom(0.5, time->to()); }));
    view->addAction(action(tr("Zoom out"), Qt::Key_Minus, time, [time] { time->zoom(2, time->to()); }));
    // The window hears these keys where nothing else does.
    view->addAction(action(withKeys(tr("Earlier"), Qt::Key_Left), {}, time, [time] { time->pan(time->span() / 4); }));
    view->addAction(action(withKeys(tr("Later"), Qt::Key_Right), {}, time, [time] { time->pan(-time->span() / 4); }));
    view->addSeparator();
    const QStringList spans{tr("Last minute"), tr("Last 5 minutes"), tr("Last 10 minutes"),
                            tr("Last hour"),   tr("Last 24 hours"),  tr("The whole session")};
    for (int i = 0; i < static_cast<int>(ChartPanel::spans.size()); ++i)
        view->addAction(action(spans[i], QKeySequence(Qt::Key_1 + i), chart, [chart, i] { chart->chooseSpan(i); }));
    view->addSeparator();
    for (auto *panel : m_window.panels())
        view->addAction(panel->toggleViewAction());
}

void Menu::addPlaces()
{
    auto *places = addMenu(tr("Go to"));
    places->addAction(action(tr("Menu"), Qt::Key_F10, &m_window.topBar(), &TopBar::openMenu));
    places->addAction(
        action(tr("Menu of the target"), Qt::SHIFT | Qt::Key_F10, &m_window.targetsPanel(), &TargetsPanel::openMenu));
    places->addAction(action(tr("Chart"), Qt::CTRL | Qt::Key_0, &m_window,
                             [this] { m_window.chartPanel().chart().setFocus(Qt::ShortcutFocusReason); }));
    auto key = Qt::Key_1;
    for (auto *panel : m_window.panels()) {
        places->addAction(
            action(panel->windowTitle(), Qt::CTRL | key, &m_window, [this, panel] { m_window.goTo(panel); }));
        key = static_cast<Qt::Key>(key + 1);
    }
}

void Menu::showKeys()
{
    auto *dialog = new ShortcutsDialog(m_window.actions(), &m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void Menu::addThemes(Theme &theme)
{
    auto *themes = addMenu(tr("Appearance"));
    auto *group = new QActionGroup(this);
    for (const auto &[mode, text] :
         {std::pair(Theme::Mode::System, tr("Like the desktop")), std::pair(Theme::Mode::Light, tr("Light")),
          std::pair(Theme::Mode::Dark, tr("Dark"))}) {
        auto *choice = themes->addAction(text, this, [&theme, mode = mode] { theme.setMode(mode); });
        choice->setCheckable(true);
        choice->setChecked(theme.mode() == mode);
        group->addAction(choice);
    }
}

} // namespace openloop::gui
