// SPDX-License-Identifier: GPL-3.0-or-later
// What the window tries out: the isolation test and the search for the limit.
#pragma once

#include "gui/models/figures/time_window.h"
#include "gui/models/session.h"
#include "gui/probe/experiments/isolation.h"
#include "gui/probe/experiments/load_search.h"

namespace openloop::gui {

class ExperimentPanel;
class LimitPanel;
class TopBar;

/// Runs at most one experiment at a time, which then has the load for itself. GUI thread; what it refers to outlives
/// it.
class Experiments : public QObject
{
    Q_OBJECT
public:
    Experiments(Session &session, TimeWindow &window, TopBar &topBar, ExperimentPanel &testPanel,
                LimitPanel &limitPanel);

    /// Length of the phases of the isolation test.
    void setIsolationConfig(const probe::IsolationConfig &config) { m_isolationConfig = config; }
    /// Highest load and length of the steps of the search for the limit.
    void setSearchConfig(const probe::LoadSearchConfig &config) { m_searchConfig = config; }
    /// The isolation test on what is shown as a command for a POSIX shell.
    QString commandLine() const;
    /// Shows what a search would be for.
    void refresh();

public slots:
    /// Starts it, or aborts it while it runs.
    void toggleTest();
    void toggleSearch();
    /// Ends what runs, without a verdict.
    void abort();

signals:
    /// There is something to see in one of the panels.
    void panelWanted(QWidget *panel);

private:
    bool canStart() const;
    QString whyNot() const; ///< it can not
    void startTest();
    void startSearch();
    void finishTest();
    void finishSearch();
    /// What the search tries to break: the first latency rule of a target that is not loaded.
    std::optional<probe::Assertion> promise() const;

    Session &m_session;
    TimeWindow &m_window;
    TopBar &m_topBar;
    ExperimentPanel &m_testPanel;
    LimitPanel &m_limitPanel;
    probe::IsolationConfig m_isolationConfig;
    probe::LoadSearchConfig m_searchConfig;
    std::unique_ptr<probe::IsolationRun> m_test;
    std::unique_ptr<probe::LoadSearchRun> m_search;
};

} // namespace openloop::gui
