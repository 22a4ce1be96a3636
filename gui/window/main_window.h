// SPDX-License-Identifier: GPL-3.0-or-later
// The window: puts session, time window and views together. Read this first; logic is in models, drawing in views.
#pragma once

#include "gui/models/figures/time_window.h"
#include "gui/models/pace.h"
#include "gui/models/session.h"
#include "gui/models/watches/server_watch.h"

#include <QJsonObject>
#include <QMainWindow>

class QDockWidget;
class QStackedWidget;

namespace openloop::gui {

class ChartPanel;
class ComparePanel;
class EventsPanel;
class ExperimentPanel;
class Experiments;
class Exports;
class FirstRun;
class FleetPanel;
class JobsPanel;
class LimitPanel;
class Notifier;
class Recordings;
class ReplayBar;
class ServerPanel;
class Targets;
class TargetsPanel;
class Theme;
class TopBar;
class VerdictBar;

/// The monitor's only window: lays out the views, and connects them with the session and with the controllers, which
/// do what somebody asks for. GUI thread.
class MainWindow : public QMainWindow
{
    Q_OBJECT
public:
    /// Measures `targets` at once. The theme outlives the window.
    MainWindow(Theme &theme, const QList<probe::Target> &targets, const QList<probe::Rule> &rules,
               QWidget *parent = nullptr);
    ~MainWindow() override;

    Session &session() { return m_session; }
    TimeWindow &timeWindow() { return m_window; }
    Experiments &experiments() { return *m_experiments; }
    Recordings &recordings() { return *m_recordings; }
    Targets &targets() { return *m_targets; }
    Exports &exports() { return *m_exports; }
    TopBar &topBar() { return *m_topBar; }
    VerdictBar &verdictBar() { return *m_verdictBar; }
    TargetsPanel &targetsPanel() { return *m_targetsPanel; }
    ChartPanel &chartPanel() { return *m_chart; }
    JobsPanel &jobsPanel() { return *m_jobs; }
    FleetPanel &fleetPanel() { return *m_fleet; }
    ExperimentPanel &experimentPanel() { return *m_testPanel; }
    LimitPanel &limitPanel() { return *m_limit; }
    ComparePanel &comparePanel() { return *m_compare; }
    ReplayBar &replayBar() { return *m_replay; }
    FirstRun &firstRun() { return *m_firstRun; }
    /// Where the service's own figures are asked for (ServerWatch::setMetrics).
    void setMetrics(const QString &place);
    /// The panels, by the numbers of their keys from 1 on.
    const QList<QDockWidget *> &panels() const { return m_panels; }
    /// Shows a panel and gives it the keys.
    void goTo(QDockWidget *panel);
    /// Asks which of the service's metrics are to be shown.
    void chooseFigures();
    /// True while the first-run page stands in place of the chart.
    bool showsFirstRun() const;
    /// Layout and choices, as profiles keep them.
    QJsonObject savedState() const;
    void restoreState(const QJsonObject &state);

public slots:
    /// Holds the view, or lets it follow the present again.
    void toggleHold();

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void childEvent(QChildEvent *event) override;
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dropEvent(QDropEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void buildTop();
    void buildCentre();
    void buildDocks();
    void connectSession();
    void connectViews();
    void connectControllers();
    void refresh();
    void refreshFigures();
    void explainPoint(double seconds, double milliseconds);
    /// In a narrow window the list of events is a tab beside the others.
    void foldDocks();
    void spreadDocks();
    bool isFolded() const { return !m_unfolded.isEmpty(); }
    void keepOnScreen();
    Attention attention() const;

    Theme &m_theme;
    Session m_session;
    TimeWindow m_window;
    ServerWatch m_serverWatch;
    Pace m_pace, m_figuresPace;
    TopBar *m_topBar = nullptr;
    VerdictBar *m_verdictBar = nullptr;
    QList<QDockWidget *> m_panels;
    TargetsPanel *m_targetsPanel = nullptr;
    QStackedWidget *m_centre = nullptr;
    ChartPanel *m_chart = nullptr;
    FirstRun *m_firstRun = nullptr;
    EventsPanel *m_events = nullptr;
    ExperimentPanel *m_testPanel = nullptr;
    ServerPanel *m_server = nullptr;
    JobsPanel *m_jobs = nullptr;
    LimitPanel *m_limit = nullptr;
    ComparePanel *m_compare = nullptr;
    FleetPanel *m_fleet = nullptr;
    ReplayBar *m_replay = nullptr;
    Notifier *m_notifier = nullptr;
    QByteArray m_unfolded; ///< the layout before it was folded; empty: it is not
    QWidget *m_eventsTitle = nullptr; ///< none of it is seen, while folded
    std::unique_ptr<Experiments> m_experiments;
    std::unique_ptr<Targets> m_targets;
    std::unique_ptr<Recordings> m_recordings;
    std::unique_ptr<Exports> m_exports;
};

} // namespace openloop::gui
