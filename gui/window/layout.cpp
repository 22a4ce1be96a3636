// SPDX-License-Identifier: GPL-3.0-or-later
// Makes the views and says what stands where.
#include "gui/window/main_window.h"

#include "gui/views/chart/chart_panel.h"
#include "gui/views/dialogs/first_run.h"
#include "gui/views/notifier.h"
#include "gui/views/panels/compare_panel.h"
#include "gui/views/panels/events_panel.h"
#include "gui/views/panels/experiment_panel.h"
#include "gui/views/panels/fleet_panel.h"
#include "gui/views/panels/jobs_panel.h"
#include "gui/views/panels/limit_panel.h"
#include "gui/views/panels/server_panel.h"
#include "gui/views/panels/targets_panel.h"
#include "gui/views/replay_bar.h"
#include "gui/views/top_bar.h"
#include "gui/views/verdict_bar.h"

#include <QDockWidget>
#include <QScreen>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

/// QMainWindow asks how high its top is at the least width that the window could have, and gets no lower than that:
/// with a long sentence that is half a screen. It is told the height at the width that there is.
class Top : public QWidget
{
public:
    using QWidget::QWidget;

    int heightForWidth(int wanted) const override { return QWidget::heightForWidth(std::max(wanted, width())); }

protected:
    void resizeEvent(QResizeEvent *event) override
    {
        QWidget::resizeEvent(event);
        updateGeometry(); // in a narrower one it is higher
    }
};

} // namespace

void MainWindow::buildTop()
{
    auto *top = new Top(this);
    m_topBar = new TopBar(m_session, top);
    m_verdictBar = new VerdictBar(top);
    auto *layout = new QVBoxLayout(top);
    layout->setContentsMargins(10, 8, 10, 4);
    layout->setSpacing(8);
    layout->addWidget(m_topBar);
    layout->addWidget(m_verdictBar);
    setMenuWidget(top);
}

void MainWindow::buildCentre()
{
    auto *frame = new QWidget(this);
    m_centre = new QStackedWidget(frame);
    m_chart = new ChartPanel(m_session, m_window, m_centre);
    m_firstRun = new FirstRun(m_centre);
    m_firstRun->setProperty("role", u"panel"_s);
    m_centre->addWidget(m_firstRun);
    m_centre->addWidget(m_chart);
    auto *layout = new QVBoxLayout(frame);
    layout->setContentsMargins(0, 4, 10, 0);
    m_replay = new ReplayBar(m_session, frame);
    layout->addWidget(m_replay);
    layout->addWidget(m_centre, 1);
    setCentralWidget(frame);
}

void MainWindow::buildDocks()
{
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    const auto dock = [this](const QString &title, const QString &name, QWidget *view, Qt::DockWidgetArea area,
                             QMargins margins) {
        auto *result = new QDockWidget(title, this);
        result->setObjectName(name);
        result->setFeatures(QDockWidget::DockWidgetClosable | QDockWidget::DockWidgetMovable);
        auto *frame = new QWidget(result);
        auto *layout = new QVBoxLayout(frame);
        layout->setContentsMargins(margins);
        layout->addWidget(view);
        result->setWidget(frame);
        // One behind another is only moved out of sight, and Tab would lead there.
        auto policy = frame->sizePolicy();
        policy.setRetainSizeWhenHidden(true);
        frame->setSizePolicy(policy);
        connect(result, &QDockWidget::visibilityChanged, frame, &QWidget::setVisible);
        addDockWidget(area, result);
        return result;
    };
    m_targetsPanel = new TargetsPanel(m_session, m_window);
    m_events = new EventsPanel(m_session.log());
    m_testPanel = new ExperimentPanel;
    m_server = new ServerPanel(m_serverWatch);
    m_jobs = new JobsPanel;
    m_limit = new LimitPanel;
    m_compare = new ComparePanel(m_session, m_window);
    m_fleet = new FleetPanel;
    m_notifier = new Notifier(this);
    auto *targets = dock(tr("Targets"), u"targets"_s, m_targetsPanel, Qt::LeftDockWidgetArea, {10, 0, 0, 10});
    auto *events = dock(tr("Events"), u"events"_s, m_events, Qt::BottomDockWidgetArea, {0, 0, 0, 10});
    auto *experiment = dock(tr("Experiment"), u"experiment"_s, m_testPanel, Qt::BottomDockWidgetArea, {0, 0, 10, 10});
    auto *server = dock(tr("Server"), u"server"_s, m_server, Qt::BottomDockWidgetArea, {0, 0, 10, 10});
    splitDockWidget(events, experiment, Qt::Horizontal);
    auto *jobs = dock(tr("Factorizations"), u"jobs"_s, m_jobs, Qt::BottomDockWidgetArea, {0, 0, 10, 10});
    auto *limit = dock(tr("Limit"), u"limit"_s, m_limit, Qt::BottomDockWidgetArea, {0, 0, 10, 10});
    auto *compare = dock(tr("Compare"), u"compare"_s, m_compare, Qt::BottomDockWidgetArea, {0, 0, 10, 10});
    auto *fleet = dock(tr("Fleet"), u"fleet"_s, m_fleet, Qt::BottomDockWidgetArea, {0, 0, 10, 10});
    QDockWidget *last = experiment;
    for (auto *one : {limit, server, jobs, compare, fleet}) {
        tabifyDockWidget(last, one);
        last = one;
    }
    // Their tabs name them already.
    for (auto *one : {experiment, limit, server, jobs, compare, fleet})
        one->setTitleBarWidget(new QWidget(one));
    m_server->setFocusPolicy(Qt::StrongFocus); // it has no parts that could be read instead
    m_panels = {targets, events, experiment, limit, server, jobs, compare, fleet};
    experiment->raise();
    resizeDocks({events}, {210}, Qt::Vertical);
    spreadDocks();
}

/// As wide as their contents like to be.
void MainWindow::spreadDocks()
{
    auto *targets = findChild<QDockWidget *>(u"targets"_s);
    auto *events = findChild<QDockWidget *>(u"events"_s);
    auto *experiment = findChild<QDockWidget *>(u"experiment"_s);
    resizeDocks({targets}, {296}, Qt::Horizontal);
    resizeDocks({events, experiment}, {370, 630}, Qt::Horizontal);
}

/// A screen may be smaller than the window wants to be, or than it was when its place was saved.
void MainWindow::keepOnScreen()
{
    // What the desktop draws around a window is not known before it is shown.
    const auto available = screen()->availableGeometry().marginsRemoved({8, 40, 8, 8});
    resize(size().boundedTo(available.size()));
    const auto place = geometry();
    if (!available.contains(place))
        move(std::clamp(place.x(), available.left(), std::max(available.left(), available.right() + 1 - width())),
             std::clamp(place.y(), available.top(), std::max(available.top(), available.bottom() + 1 - height())));
}

void MainWindow::resizeEvent(QResizeEvent *event)
{
    QMainWindow::resizeEvent(event);
    foldDocks();
}

void MainWindow::foldDocks()
{
    constexpr int narrow = 900; // pixels
    if ((width() < narrow) == isFolded())
        return;
    auto *events = findChild<QDockWidget *>(u"events"_s);
    auto *experiment = findChild<QDockWidget *>(u"experiment"_s);
    if (!events || !experiment)
        return;
    if (isFolded()) {
        events->setTitleBarWidget(nullptr);
        delete std::exchange(m_eventsTitle, nullptr);
        QMainWindow::restoreState(std::exchange(m_unfolded, {}));
        spreadDocks(); // what was saved may have been narrow already
        return;
    }
    const auto isBelow = [this](QDockWidget *dock) {
        return dockWidgetArea(dock) == Qt::BottomDockWidgetArea && !dock->isFloating();
    };
    if (!isBelow(events) || !isBelow(experiment))
        return; // somebody has put them elsewhere
    auto *shown = experiment; // the tab that is seen stays so
    for (auto *tab : tabifiedDockWidgets(experiment)) {
        if (!tab->visibleRegion().isEmpty())
            shown = tab;
    }
    m_unfolded = saveState();
    m_eventsTitle = new QWidget(events);
    tabifyDockWidget(experiment, events);
    events->setTitleBarWidget(m_eventsTitle); // its tab names it
    shown->raise();
    if (auto *targets = findChild<QDockWidget *>(u"targets"_s); targets && !targets->isFloating())
        resizeDocks({targets}, {targets->minimumSizeHint().width()}, Qt::Horizontal); // the chart needs the room more
}

} // namespace openloop::gui
