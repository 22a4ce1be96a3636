// SPDX-License-Identifier: GPL-3.0-or-later
// See main_window.h.
#include "gui/main_window.h"

#include "gui/theme/icons.h"
#include "gui/theme/theme.h"
#include "gui/views/chart/chart_panel.h"
#include "gui/views/dialogs/first_run.h"
#include "gui/views/load_control.h"
#include "gui/views/notifier.h"
#include "gui/views/panels/compare_panel.h"
#include "gui/views/panels/events_panel.h"
#include "gui/views/panels/experiment_panel.h"
#include "gui/views/panels/jobs_panel.h"
#include "gui/views/panels/limit_panel.h"
#include "gui/views/panels/server_panel.h"
#include "gui/views/panels/targets_panel.h"
#include "gui/views/replay_bar.h"
#include "gui/views/top_bar.h"
#include "gui/views/verdict_bar.h"

#include <QApplication>
#include <QClipboard>
#include <QDockWidget>
#include <QKeyEvent>
#include <QMenu>
#include <QMessageBox>
#include <QStackedWidget>
#include <QUrl>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

MainWindow::MainWindow(Theme &theme, const QList<probe::Target> &targets, const QList<probe::Rule> &rules,
                       QWidget *parent)
    : QMainWindow(parent), m_theme(theme)
{
    setWindowTitle(u"openloop"_s);
    setWindowIcon(applicationIcon());
    setDockNestingEnabled(true);
    setAnimated(false);
    buildTop();
    buildCentre();
    buildDocks();
    buildActions();
    connectViews();
    resize(1280, 800);
    applyPalette();
    m_session.open(targets, rules);
    m_window.setBeginning(m_session.beginning());
    m_window.setNow(m_session.now());
    refresh();
    refreshFigures();
    m_chart->chart().setFocus();
}

MainWindow::~MainWindow()
{
    // Members that views refer to die after this body, views only in the base class: views first.
    m_test.reset();
    m_search.reset();
    m_session.disconnect();
    m_window.disconnect();
    delete takeCentralWidget();
    for (auto *dock : findChildren<QDockWidget *>())
        delete dock;
    delete m_topBar->parentWidget();
}

void MainWindow::connectViews()
{
    connect(&m_session, &Session::advanced, this, [this] {
        m_window.setNow(m_session.now());
        const auto now = Pace::Clock::now();
        if (m_pace.due(attention(), now))
            refresh();
        // Figures that change ten times a second cannot be read.
        if (attention() != Attention::Hidden && m_figuresPace.due(Attention::Unfocused, now))
            refreshFigures();
    });
    connect(&m_session, &Session::targetsChanged, this, &MainWindow::refreshFigures);
    connect(&m_session, &Session::loadChanged, this, &MainWindow::refreshFigures);
    connect(&m_session, &Session::trustChanged, this, &MainWindow::refreshFigures);
    connect(&m_session, &Session::recordingChanged, this, &MainWindow::refreshFigures);
    connect(&m_window, &TimeWindow::changed, this, [this] {
        m_topBar->setLive(m_window.isLive());
        m_session.provideSamples(m_window.from(), m_window.to());
        refreshFigures();
    });
    connect(&m_theme, &Theme::changed, this, &MainWindow::applyPalette);
    connect(m_topBar, &TopBar::liveWanted, &m_window, &TimeWindow::goLive);
    connect(m_topBar, &TopBar::holdWanted, this, &MainWindow::toggleHold);
    connect(m_topBar, &TopBar::testWanted, this, &MainWindow::toggleTest);
    connect(m_experiment, &ExperimentPanel::runWanted, this, &MainWindow::toggleTest);
    connect(m_experiment, &ExperimentPanel::abortWanted, this, &MainWindow::toggleTest);
    connect(m_limit, &LimitPanel::runWanted, this, &MainWindow::toggleSearch);
    connect(m_limit, &LimitPanel::abortWanted, this, &MainWindow::toggleSearch);
    connect(m_compare, &ComparePanel::fileWanted, this, &MainWindow::chooseComparison);
    connect(m_replay, &ReplayBar::liveWanted, this, &MainWindow::closeRecording);
    connect(m_replay, &ReplayBar::moved, this, [this] {
        m_window.setNow(m_session.now());
        m_session.provideSamples(m_window.from(), m_window.to());
        if (m_replay->isPlaying())
            return;
        // Nothing follows that would show it.
        refresh();
        refreshFigures();
    });
    connect(m_experiment, &ExperimentPanel::copyCommandWanted, this,
            [this] { QApplication::clipboard()->setText(commandLine()); });
    connect(&m_chart->chart(), &LatencyChart::pointClicked, this, &MainWindow::explainPoint);
    connect(&m_session, &Session::noteworthy, this, [this](const Event &event) {
        if (attention() != Attention::Focused)
            m_notifier->notify(event);
    });
    connect(m_notifier, &Notifier::windowWanted, this, [this] {
        showNormal();
        activateWindow();
    });
    connect(m_events, &EventsPanel::jumpWanted, this, [this](double at) { m_window.showRange(at - 20, at + 20); });
    connect(m_targets, &TargetsPanel::selectionChanged, this,
            [this](const QString &name) { m_chart->chart().setSelected(name); });
    connect(m_targets, &TargetsPanel::addWanted, this, &MainWindow::addTarget);
    connect(m_targets, &TargetsPanel::copyCurlWanted, this, &MainWindow::copyCurl);
    connect(m_targets, &TargetsPanel::editWanted, this, &MainWindow::editTarget);
    connect(m_targets, &TargetsPanel::removeWanted, this, &MainWindow::removeTarget);
    connect(m_targets, &TargetsPanel::loadWanted, this, &MainWindow::showLoadedTarget);
    connect(m_targets, &TargetsPanel::hideToggled, this,
            [this, hidden = QSet<QString>()](const QString &name, bool hide) mutable {
                if (hide)
                    hidden.insert(name);
                else
                    hidden.remove(name);
                m_chart->chart().setHidden(hidden);
            });
    connect(m_firstRun, &FirstRun::startWanted, this, &MainWindow::startLocalService);
    connect(m_firstRun, &FirstRun::urlWanted, this, &MainWindow::enterUrl);
    connect(m_firstRun, &FirstRun::recordingWanted, this, &MainWindow::openRecording);
    connect(&m_service, &LocalService::failed, this,
            [this](const QString &problem) { m_firstRun->setStarting(false, problem); });
    connect(m_verdictBar, &VerdictBar::copyCurlWanted, this, [this] {
        for (const auto &one : m_session.targets()) {
            if (m_session.watch(one.name)->state() == State::Down)
                return copyCurl(one.name);
        }
    });
}

void MainWindow::applyPalette()
{
    const Palette &palette = m_theme.palette();
    m_topBar->setPalette(palette);
    m_verdictBar->setPalette(palette);
    m_targets->setPalette(palette);
    m_chart->setPalette(palette);
    m_firstRun->setPalette(palette);
    m_events->setPalette(palette);
    m_experiment->setPalette(palette);
    m_server->setPalette(palette);
    m_limit->setPalette(palette);
    m_compare->setPalette(palette);
    m_replay->setPalette(palette);
}

void MainWindow::refresh()
{
    if (showsFirstRun())
        return;
    m_chart->refresh();
}

void MainWindow::refreshFigures()
{
    const bool silent = m_session.nothingAnswers();
    m_centre->setCurrentWidget(silent ? static_cast<QWidget *>(m_firstRun) : m_chart);
    if (silent) {
        const auto &targets = m_session.targets();
        m_firstRun->setAddress(address(), m_session.hasTried(),
                               targets.isEmpty() ? QString() : m_session.causeOf(targets.first().name));
        m_firstRun->setCanStart(!LocalService::program().isEmpty(),
                                LocalService::program().isEmpty()
                                    ? tr("openloop-server is neither beside this program nor in PATH")
                                    : LocalService::program());
    }
    const QUrl url(m_session.targets().isEmpty() ? QString() : m_session.targets().first().url);
    const bool local = url.host() == u"127.0.0.1"_s || url.host() == u"localhost"_s || url.host() == u"::1"_s;
    m_topBar->setTitle(local ? tr("local service") : url.host(), address());
    m_verdictBar->setVerdict(m_session.verdict());
    const QString base = m_session.isReplay() ? QString() : baseUrl();
    m_serverWatch.setBase(base);
    m_jobs->jobs().setBase(base);
    m_notifier->setState(m_verdictBar->verdict().state, m_verdictBar->verdict().sentence, m_theme.palette());
    m_verdictBar->setTrust(m_session.trust(), m_session.isReplay());
    m_verdictBar->setRecordingProblem(m_session.recordingProblem());
    m_verdictBar->setTotals(static_cast<int>(m_session.targets().size()), m_session.rate());
    m_limit->setQuestion(m_topBar->load().target(), promise());
    m_targets->refresh();
    m_compare->refresh();
}

bool MainWindow::showsFirstRun() const
{
    return m_centre->currentWidget() == m_firstRun;
}

Attention MainWindow::attention() const
{
    if (isMinimized() || !isVisible())
        return Attention::Hidden;
    return isActiveWindow() ? Attention::Focused : Attention::Unfocused;
}

void MainWindow::complain(const QString &title, const QString &problem)
{
    auto *box = new QMessageBox(QMessageBox::Warning, title, problem, QMessageBox::Ok, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

QString MainWindow::baseUrl() const
{
    const QUrl url(m_session.targets().isEmpty() ? QString() : m_session.targets().first().url);
    return url.isEmpty() ? QString()
                         : url.adjusted(QUrl::RemovePath | QUrl::RemoveQuery | QUrl::RemoveFragment).toString();
}

QString MainWindow::address() const
{
    if (m_session.targets().isEmpty())
        return {};
    const QUrl url(m_session.targets().first().url);
    return url.port() > 0 ? u"%1:%2"_s.arg(url.host()).arg(url.port()) : url.host();
}

const probe::Target *MainWindow::target(const QString &name) const
{
    const auto &targets = m_session.targets();
    const auto found = std::ranges::find(targets, name, &probe::Target::name);
    return found == targets.end() ? nullptr : &*found;
}

void MainWindow::keyPressEvent(QKeyEvent *event)
{
    // Not a shortcut: those win over a focused button, which Space is to press.
    if (event->key() == Qt::Key_Space && event->modifiers() == Qt::NoModifier)
        toggleHold();
    else
        QMainWindow::keyPressEvent(event);
}

} // namespace openloop::gui
