// SPDX-License-Identifier: GPL-3.0-or-later
// What the window tries out: isolation test, search for the limit, recordings and comparisons. The rest of
// main_window.h.
#include "gui/main_window.h"

#include "gui/models/format.h"
#include "gui/views/chart/chart_panel.h"
#include "gui/views/load_control.h"
#include "gui/views/panels/compare_panel.h"
#include "gui/views/panels/experiment_panel.h"
#include "gui/views/panels/limit_panel.h"
#include "gui/views/replay_bar.h"
#include "gui/views/top_bar.h"
#include "gui/views/verdict_bar.h"

#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QInputDialog>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

void MainWindow::toggleTest()
{
    if (m_test) {
        m_test->abort();
        m_test.reset();
        m_topBar->setTestRunning(false);
        m_experiment->showIdle();
        return;
    }
    if (m_topBar->load().target().isEmpty() || m_session.nothingAnswers() || m_session.isReplay() || m_search)
        return;
    m_session.setLoad(m_session.loadedTarget(), 0);
    auto config = m_isolationConfig;
    config.load = m_topBar->load().target();
    config.n = m_topBar->load().requests();
    m_test = std::make_unique<probe::IsolationRun>(m_session.engine(), config);
    connect(m_test.get(), &probe::IsolationRun::phaseChanged, this,
            [this](probe::IsolationPhase phase) { m_experiment->showPhase(phase, m_test->test().config()); });
    connect(m_test.get(), &probe::IsolationRun::progressed, m_experiment, &ExperimentPanel::showProgress);
    // The run is still on the stack when it says that it is finished.
    connect(m_test.get(), &probe::IsolationRun::finished, this, &MainWindow::finishTest, Qt::QueuedConnection);
    m_topBar->setTestRunning(true);
    m_experimentDock->show();
    m_experimentDock->raise();
    m_window.goLive();
    m_test->start();
}

void MainWindow::finishTest()
{
    if (!m_test)
        return;
    m_experiment->showVerdict(m_test->test().verdict());
    m_session.noteExperiment(m_test->test().verdict().sentence);
    m_test.reset();
    m_topBar->setTestRunning(false);
}

std::optional<probe::Assertion> MainWindow::promise() const
{
    for (const auto &rule : m_session.rules()) {
        for (const auto &one : m_session.targets()) {
            const bool applies = rule.target.isEmpty() || rule.target == one.name;
            if (applies && rule.condition.isLatency() && one.name != m_topBar->load().target())
                return probe::Assertion{one.name + u'.' + rule.condition.text(), one.name, rule.condition};
        }
    }
    return {};
}

void MainWindow::toggleSearch()
{
    if (m_search) {
        m_search.reset();
        m_topBar->load().setLocked(false);
        m_limit->showIdle();
        return;
    }
    const auto wanted = promise();
    if (!wanted || m_test || m_session.nothingAnswers() || m_session.isReplay())
        return;
    m_session.setLoad(m_session.loadedTarget(), 0);
    auto config = m_searchConfig;
    config.load = m_topBar->load().target();
    config.promises = {*wanted};
    m_search = std::make_unique<probe::LoadSearchRun>(m_session.engine(), config);
    connect(m_search.get(), &probe::LoadSearchRun::stepStarted, m_limit, &LimitPanel::showStep);
    connect(m_search.get(), &probe::LoadSearchRun::stepDone, this, [this] { m_limit->showSteps(m_search->search()); });
    // The run is still on the stack when it says that it is finished.
    connect(m_search.get(), &probe::LoadSearchRun::finished, this, &MainWindow::finishSearch, Qt::QueuedConnection);
    m_topBar->load().setLocked(true);
    m_limitDock->show();
    m_limitDock->raise();
    m_limit->setQuestion(config.load, wanted);
    m_limit->showStarted(*wanted);
    m_window.goLive();
    m_search->start();
}

void MainWindow::finishSearch()
{
    if (!m_search)
        return;
    m_limit->showFinished(m_search->search());
    m_session.noteExperiment(m_limit->verdict());
    m_search.reset();
    m_topBar->load().setLocked(false);
}

QString MainWindow::askForRecording(const QString &title)
{
    return QFileDialog::getOpenFileName(this, title, QFileInfo(probe::SessionRecorder::defaultPath()).path());
}

void MainWindow::openRecording()
{
    if (const QString path = askForRecording(tr("Open recording")); !path.isEmpty())
        showRecording(path);
}

void MainWindow::withSession(const QString &path, const std::function<void(std::optional<qint64>)> &use)
{
    const auto sessions = probe::SessionReader(path).sessions();
    if (sessions.size() < 2)
        return use({});
    QStringList lines; // newest first; their numbers make them differ
    for (qsizetype i = sessions.size(); i-- > 0;) {
        const auto &one = sessions[i];
        lines << u"%1:  %2, %3, %4"_s.arg(i + 1).arg(
            one.startedAt.toString(u"yyyy-MM-dd HH:mm:ss"_s),
            formatSpan(std::chrono::duration<double>(one.until - one.origin).count()),
            VerdictBar::tr("%n target(s)", nullptr, static_cast<int>(one.targets.size())));
    }
    auto *dialog = new QInputDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Open recording"));
    dialog->setLabelText(tr("The file holds several sessions:"));
    dialog->setOption(QInputDialog::UseListViewForComboBoxItems);
    dialog->setComboBoxItems(lines);
    dialog->setTextValue(lines.first());
    connect(dialog, &QInputDialog::textValueSelected, this, [sessions, lines, use](const QString &line) {
        use(sessions[sessions.size() - 1 - lines.indexOf(line)].id);
    });
    dialog->open();
}

void MainWindow::showRecording(const QString &path)
{
    withSession(path, [this, path](std::optional<qint64> session) { showSession(path, session); });
}

void MainWindow::showSession(const QString &path, std::optional<qint64> session)
{
    if (m_test)
        toggleTest();
    if (m_search)
        toggleSearch();
    const auto measured = liveTargets();
    if (const QString problem = m_session.openRecording(path, session); !problem.isEmpty()) {
        complain(tr("Open recording"), problem);
        return;
    }
    m_measuredBefore = measured;
    m_window.setBeginning(m_session.beginning());
    m_window.setNow(m_session.now());
    m_window.showAll();
    m_replay->restart();
    refreshFigures();
    refresh();
}

void MainWindow::closeRecording()
{
    m_session.open(m_measuredBefore, m_session.rules());
    m_replay->restart();
    m_window.setBeginning(m_session.beginning());
    m_window.setNow(m_session.now());
    m_window.setSpan(60);
    m_window.goLive();
    refreshFigures();
}

void MainWindow::chooseComparison()
{
    m_compareDock->show();
    m_compareDock->raise();
    const QString path = askForRecording(tr("Compare with a recording"));
    if (path.isEmpty())
        return;
    withSession(path, [this, path](std::optional<qint64> session) {
        if (const QString problem = m_compare->compareWith(path, session); !problem.isEmpty())
            complain(tr("Compare with a recording"), problem);
    });
}

} // namespace openloop::gui
