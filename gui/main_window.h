// SPDX-License-Identifier: GPL-3.0-or-later
// The window: puts session, time window and views together. Read this first; logic is in models, drawing in views.
#pragma once

#include "gui/models/figures/time_window.h"
#include "gui/models/pace.h"
#include "gui/models/session.h"
#include "gui/models/watches/local_service.h"
#include "gui/models/watches/server_watch.h"
#include "gui/probe/engine/fetcher.h"
#include "gui/probe/experiments/isolation.h"
#include "gui/probe/experiments/load_search.h"

#include <QJsonObject>
#include <QMainWindow>

#include <functional>

class QStackedWidget;

namespace openloop::gui {

class ChartPanel;
class ComparePanel;
class EventsPanel;
class ExperimentPanel;
class FirstRun;
class JobsPanel;
class LimitPanel;
class Notifier;
class ReplayBar;
class ServerPanel;
class TargetsPanel;
class Theme;
class TopBar;
class VerdictBar;

/// The monitor's only window. GUI thread.
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
    TopBar &topBar() { return *m_topBar; }
    VerdictBar &verdictBar() { return *m_verdictBar; }
    TargetsPanel &targetsPanel() { return *m_targets; }
    ChartPanel &chartPanel() { return *m_chart; }
    JobsPanel &jobsPanel() { return *m_jobs; }
    ExperimentPanel &experimentPanel() { return *m_experiment; }
    LimitPanel &limitPanel() { return *m_limit; }
    ComparePanel &comparePanel() { return *m_compare; }
    ReplayBar &replayBar() { return *m_replay; }
    FirstRun &firstRun() { return *m_firstRun; }
    /// What is measured, also while a recording shows other targets: those are nobody's profile.
    const QList<probe::Target> &liveTargets() const
    {
        return m_session.isReplay() ? m_measuredBefore : m_session.targets();
    }
    /// A message that waits for nobody.
    void complain(const QString &title, const QString &problem);
    /// True while the first-run page stands in place of the chart.
    bool showsFirstRun() const;
    /// Writes the visible range as png, svg, pdf, csv, json or html, by the file's ending; returns what went wrong.
    QString exportTo(const QString &path);
    /// The isolation test on these targets as a command for a POSIX shell: with their URLs if those say all, else with
    /// a profile on standard input.
    QString commandLine() const;
    /// Layout and choices, as profiles keep them.
    QJsonObject savedState() const;
    void restoreState(const QJsonObject &state);

    /// Length of the phases of the isolation test.
    void setIsolationConfig(const probe::IsolationConfig &config) { m_isolationConfig = config; }
    /// Highest load and length of the steps of the search for the limit.
    void setSearchConfig(const probe::LoadSearchConfig &config) { m_searchConfig = config; }

public slots:
    void toggleHold();
    void toggleTest();
    void toggleSearch();
    void addTarget();
    /// Asks for a file and writes the visible range in the format of its ending.
    void exportVisible();
    void addFromText(const QString &text);
    void enterUrl();
    void startLocalService();
    void openRecording();
    /// Shows a file's session; of several asks for one.
    void showRecording(const QString &path);
    void closeRecording();
    /// Asks for a recording and compares it with the visible range.
    void chooseComparison();
    /// Offers what the service describes in its /openapi.json.
    void offerTargets();
    void editRules();

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    void buildTop();
    void buildCentre();
    void buildDocks();
    void buildActions();
    void connectViews();
    void applyPalette();
    void refresh();
    void refreshFigures();
    void explainPoint(double seconds, double milliseconds);
    QByteArray report();
    void showLoadedTarget(const QString &name);
    void editTarget(const QString &name);
    void removeTarget(const QString &name);
    void copyCurl(const QString &name);
    void finishTest();
    void finishSearch();
    void addTargets(const QList<probe::Target> &added);
    QString askForRecording(const QString &title);
    /// Calls `use` with the session to show: the only one of the file, else the one that is chosen from a list.
    void withSession(const QString &path, const std::function<void(std::optional<qint64>)> &use);
    void showSession(const QString &path, std::optional<qint64> session);
    /// What the search tries to break: the first latency rule of a target that is not loaded.
    std::optional<probe::Assertion> promise() const;
    QString baseUrl() const;
    Attention attention() const;
    QString address() const;
    const probe::Target *target(const QString &name) const;

    Theme &m_theme;
    Session m_session;
    TimeWindow m_window;
    LocalService m_service;
    ServerWatch m_serverWatch;
    Pace m_pace, m_figuresPace;
    probe::IsolationConfig m_isolationConfig;
    probe::LoadSearchConfig m_searchConfig;
    probe::Fetcher m_fetcher;
    std::unique_ptr<probe::IsolationRun> m_test;
    std::unique_ptr<probe::LoadSearchRun> m_search;
    QList<probe::Target> m_measuredBefore; ///< a recording was opened
    TopBar *m_topBar = nullptr;
    VerdictBar *m_verdictBar = nullptr;
    TargetsPanel *m_targets = nullptr;
    QStackedWidget *m_centre = nullptr;
    ChartPanel *m_chart = nullptr;
    FirstRun *m_firstRun = nullptr;
    EventsPanel *m_events = nullptr;
    ExperimentPanel *m_experiment = nullptr;
    ServerPanel *m_server = nullptr;
    JobsPanel *m_jobs = nullptr;
    LimitPanel *m_limit = nullptr;
    ComparePanel *m_compare = nullptr;
    ReplayBar *m_replay = nullptr;
    Notifier *m_notifier = nullptr;
    QDockWidget *m_experimentDock = nullptr;
    QDockWidget *m_serverDock = nullptr;
    QDockWidget *m_limitDock = nullptr;
    QDockWidget *m_compareDock = nullptr;
    QMenu *m_menu = nullptr;
    QMenu *m_viewMenu = nullptr;
};

} // namespace openloop::gui
