// SPDX-License-Identifier: GPL-3.0-or-later
// Starts, watches and ends the runs, and tells their panels.
#include "gui/window/experiments.h"

#include "gui/models/headless_command.h"
#include "gui/views/load_control.h"
#include "gui/views/panels/experiment_panel.h"
#include "gui/views/panels/limit_panel.h"
#include "gui/views/top_bar.h"

#include <QApplication>
#include <QClipboard>

namespace openloop::gui {

Experiments::Experiments(Session &session, TimeWindow &window, TopBar &topBar, ExperimentPanel &testPanel,
                         LimitPanel &limitPanel)
    : m_session(session), m_window(window), m_topBar(topBar), m_testPanel(testPanel), m_limitPanel(limitPanel)
{
    connect(&topBar, &TopBar::testWanted, this, &Experiments::toggleTest);
    connect(&testPanel, &ExperimentPanel::runWanted, this, &Experiments::toggleTest);
    connect(&testPanel, &ExperimentPanel::abortWanted, this, &Experiments::toggleTest);
    connect(&testPanel, &ExperimentPanel::copyCommandWanted, this,
            [this] { QApplication::clipboard()->setText(commandLine()); });
    connect(&limitPanel, &LimitPanel::runWanted, this, &Experiments::toggleSearch);
    connect(&limitPanel, &LimitPanel::abortWanted, this, &Experiments::toggleSearch);
}

QString Experiments::commandLine() const
{
    return headlessCommand(m_session.targets(), m_topBar.load().target(), m_topBar.load().requests());
}

void Experiments::refresh()
{
    m_limitPanel.setQuestion(m_topBar.load().target(), promise());
    if (m_search)
        m_limitPanel.showLeft(std::chrono::duration<double>(m_search->mostLeft(probe::Instant::clock::now())).count());
}

void Experiments::toggleTest()
{
    if (m_test) {
        m_test->abort();
        m_test.reset();
        m_topBar.setTestRunning(false);
        m_testPanel.showIdle();
        return;
    }
    if (canStart())
        return m_topBar.load().ifAllowed([this] { startTest(); });
    probe::IsolationVerdict none;
    none.headline = none.sentence = tr("No isolation test: %1").arg(whyNot());
    m_testPanel.showVerdict(none);
    emit panelWanted(&m_testPanel);
}

QString Experiments::whyNot() const
{
    return m_session.isReplay()      ? tr("a recording is shown")
        : m_session.nothingAnswers() ? tr("nothing answers yet")
        : m_search                   ? tr("the search for a limit runs")
                                     : tr("there is no target to put under load");
}

bool Experiments::canStart() const
{
    return !m_topBar.load().target().isEmpty() && !m_session.nothingAnswers() && !m_session.isReplay() && !m_test
        && !m_search;
}

void Experiments::startTest()
{
    if (!canStart())
        return; // any more, after a question
    m_session.setLoad(m_session.loadedTarget(), 0);
    auto config = m_isolationConfig;
    config.load = m_topBar.load().target();
    config.n = m_topBar.load().requests();
    m_test = std::make_unique<probe::IsolationRun>(m_session.engine(), config);
    connect(m_test.get(), &probe::IsolationRun::phaseChanged, this,
            [this](probe::IsolationPhase phase) { m_testPanel.showPhase(phase, m_test->test().config()); });
    connect(m_test.get(), &probe::IsolationRun::progressed, &m_testPanel, &ExperimentPanel::showProgress);
    // The run is still on the stack when it says that it is finished.
    connect(m_test.get(), &probe::IsolationRun::finished, this, &Experiments::finishTest, Qt::QueuedConnection);
    m_topBar.setTestRunning(true);
    emit panelWanted(&m_testPanel);
    m_window.goLive();
    m_test->start();
}

void Experiments::finishTest()
{
    if (!m_test)
        return;
    m_testPanel.showVerdict(m_test->test().verdict());
    m_session.noteExperiment(m_test->test().verdict().sentence);
    m_test.reset();
    m_topBar.setTestRunning(false);
}

std::optional<probe::Assertion> Experiments::promise() const
{
    for (const auto &rule : m_session.rules()) {
        for (const auto &one : m_session.targets()) {
            const bool applies = rule.target.isEmpty() || rule.target == one.name;
            if (applies && rule.condition.isLatency() && one.name != m_topBar.load().target())
                return probe::Assertion{one.name + u'.' + rule.condition.text(), one.name, rule.condition};
        }
    }
    return {};
}

void Experiments::toggleSearch()
{
    if (m_search) {
        m_search.reset();
        m_topBar.load().setLocked(false);
        m_limitPanel.showIdle();
        return;
    }
    if (promise() && canStart())
        m_topBar.load().ifAllowed([this] { startSearch(); });
}

void Experiments::startSearch()
{
    const auto wanted = promise();
    if (!wanted || !canStart())
        return; // any more, after a question
    m_session.setLoad(m_session.loadedTarget(), 0);
    auto config = m_searchConfig;
    config.load = m_topBar.load().target();
    config.promises = {*wanted};
    m_search = std::make_unique<probe::LoadSearchRun>(m_session.engine(), config);
    connect(m_search.get(), &probe::LoadSearchRun::stepStarted, &m_limitPanel, &LimitPanel::showStep);
    connect(m_search.get(), &probe::LoadSearchRun::stepDone, this,
            [this] { m_limitPanel.showSteps(m_search->search()); });
    // The run is still on the stack when it says that it is finished.
    connect(m_search.get(), &probe::LoadSearchRun::finished, this, &Experiments::finishSearch, Qt::QueuedConnection);
    m_topBar.load().setLocked(true);
    emit panelWanted(&m_limitPanel);
    m_limitPanel.setQuestion(config.load, wanted);
    m_limitPanel.showStarted(*wanted);
    m_window.goLive();
    m_search->start();
}

void Experiments::finishSearch()
{
    if (!m_search)
        return;
    m_limitPanel.showFinished(m_search->search());
    m_session.noteExperiment(m_limitPanel.verdict());
    m_search.reset();
    m_topBar.load().setLocked(false);
}

void Experiments::abort()
{
    if (m_test)
        toggleTest();
    if (m_search)
        toggleSearch();
}

} // namespace openloop::gui
