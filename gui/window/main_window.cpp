// SPDX-License-Identifier: GPL-3.0-or-later
// Connects what the window is made of, and decides when what is seen is brought up to date.
#include "gui/window/main_window.h"

#include "gui/models/target_address.h"
#include "gui/theme/icons.h"
#include "gui/theme/theme.h"
#include "gui/theme/themed.h"
#include "gui/views/chart/chart_panel.h"
#include "gui/views/chart/sample_popup.h"
#include "gui/views/dialogs/figures_dialog.h"
#include "gui/views/dialogs/first_run.h"
#include "gui/views/dialogs/message.h"
#include "gui/views/focus_ring.h"
#include "gui/views/load_control.h"
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
#include "gui/window/experiments.h"
#include "gui/window/exports.h"
#include "gui/window/menu.h"
#include "gui/window/recordings.h"
#include "gui/window/targets.h"

#include <QDateTime>
#include <QDockWidget>
#include <QJsonArray>
#include <QKeyEvent>
#include <QMetaEnum>
#include <QMimeData>
#include <QResizeEvent>
#include <QScreen>
#include <QStackedWidget>
#include <QTabBar>

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
    setAcceptDrops(true);
    new FocusRing(this);
    buildTop();
    buildCentre();
    buildDocks();
    m_experiments = std::make_unique<Experiments>(m_session, m_window, *m_topBar, *m_testPanel, *m_limit);
    m_targets = std::make_unique<Targets>(m_session, *m_targetsPanel, *m_firstRun, m_topBar->load(), *this);
    m_recordings = std::make_unique<Recordings>(m_session, m_window, *m_replay, *m_compare, *this);
    m_exports = std::make_unique<Exports>(m_session, m_window, m_theme, *m_chart, *m_testPanel, *this);
    m_topBar->setMenu(new Menu(*this, m_theme));
    connectSession();
    connectViews();
    connectControllers();
    resize(1280, 800);
    keepOnScreen();
    dress(*this, m_theme.palette());
    m_session.open(targets, rules);
    m_window.setBeginning(m_session.beginning());
    m_window.setNow(m_session.now());
    refresh();
    refreshFigures();
    m_chart->chart().setFocus();
}

MainWindow::~MainWindow()
{
    // Members that views refer to die after this body, views only in the base class: views first, and before them the
    // controllers, which speak to both.
    m_exports.reset();
    m_recordings.reset();
    m_targets.reset();
    m_experiments.reset();
    m_session.disconnect();
    m_window.disconnect();
    delete takeCentralWidget();
    for (auto *dock : findChildren<QDockWidget *>())
        delete dock;
    delete m_topBar->parentWidget();
}

void MainWindow::connectSession()
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
    connect(&m_session, &Session::noteworthy, this, [this](const Event &event) {
        if (attention() != Attention::Focused)
            m_notifier->notify(event);
    });
    connect(&m_window, &TimeWindow::changed, this, [this] {
        m_topBar->setLive(m_window.isLive());
        m_session.provideSamples(m_window.from(), m_window.to());
        refreshFigures();
    });
}

void MainWindow::connectViews()
{
    connect(&m_theme, &Theme::changed, this, [this] { dress(*this, m_theme.palette()); });
    connect(m_topBar, &TopBar::liveWanted, &m_window, &TimeWindow::goLive);
    connect(m_topBar, &TopBar::holdWanted, this, &MainWindow::toggleHold);
    connect(m_replay, &ReplayBar::moved, this, [this] {
        m_window.setNow(m_session.now());
        m_session.provideSamples(m_window.from(), m_window.to());
        if (m_replay->isPlaying())
            return;
        // Nothing follows that would show it.
        refresh();
        refreshFigures();
    });
    connect(m_server, &ServerPanel::chooseWanted, this, &MainWindow::chooseFigures);
    connect(&m_chart->chart(), &LatencyChart::pointClicked, this, &MainWindow::explainPoint);
    connect(m_notifier, &Notifier::windowWanted, this, [this] {
        showNormal();
        activateWindow();
    });
    connect(m_events, &EventsPanel::jumpWanted, this, [this](double at) { m_window.showRange(at - 20, at + 20); });
    connect(m_targetsPanel, &TargetsPanel::selectionChanged, &m_chart->chart(), &LatencyChart::setSelected);
    connect(m_targetsPanel, &TargetsPanel::hiddenChanged, &m_chart->chart(), &LatencyChart::setHidden);
}

void MainWindow::connectControllers()
{
    const auto raise = [](QWidget *panel) {
        while (panel && !qobject_cast<QDockWidget *>(panel))
            panel = panel->parentWidget();
        if (!panel)
            return;
        panel->show();
        panel->raise();
    };
    connect(m_experiments.get(), &Experiments::panelWanted, this, raise);
    connect(m_recordings.get(), &Recordings::panelWanted, this, raise);
    connect(m_recordings.get(), &Recordings::presentEnds, m_experiments.get(), &Experiments::abort);
    connect(m_recordings.get(), &Recordings::sessionChanged, this, [this] {
        refreshFigures();
        refresh();
    });
    connect(m_firstRun, &FirstRun::recordingWanted, m_recordings.get(), &Recordings::open);
    connect(m_verdictBar, &VerdictBar::copyCurlWanted, m_targets.get(), &Targets::copyCurlOfDown);
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
    if (silent)
        m_targets->refreshFirstRun();
    const auto &targets = m_session.targets();
    const QString base = baseUrlOf(targets);
    m_topBar->setTitle(isLocal(targets) ? tr("local service") : QUrl(base).host(), addressOf(targets));
    m_verdictBar->setVerdict(m_session.verdict());
    // Who was recorded is not asked now.
    m_serverWatch.setBase(m_session.isReplay() ? QString() : base);
    m_jobs->jobs().setBase(m_session.isReplay() ? QString() : base);
    m_fleet->watch().setTargets(m_session.isReplay() ? std::nullopt : std::optional(targets));
    m_notifier->setState(m_verdictBar->verdict().state, m_verdictBar->verdict().sentence, m_theme.palette());
    m_verdictBar->setTrust(m_session.trust(), m_session.isReplay());
    m_verdictBar->setRecordingProblem(m_session.recordingProblem());
    m_verdictBar->setTotals(static_cast<int>(targets.size()), m_session.rate());
    m_experiments->refresh();
    m_targetsPanel->refresh();
    m_compare->refresh();
}

void MainWindow::setMetrics(const QString &place)
{
    m_serverWatch.setMetrics(place);
}

void MainWindow::chooseFigures()
{
    auto *dialog = new FiguresDialog(m_serverWatch.metrics(), m_serverWatch.chosen(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { m_serverWatch.setChosen(dialog->figures()); });
    dialog->open();
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

void MainWindow::toggleHold()
{
    if (m_window.isLive())
        m_window.hold();
    else
        m_window.goLive();
    m_topBar->setLive(m_window.isLive());
}

void MainWindow::keyPressEvent(QKeyEvent *event)
{
    // Not shortcuts: those win over a focused button, which Space is to press, and over tabs and lists, in which the
    // arrows walk.
    const bool isPlain = !(event->modifiers() & ~Qt::KeypadModifier);
    if (isPlain && event->key() == Qt::Key_Space)
        toggleHold();
    else if (isPlain && event->key() == Qt::Key_Left)
        m_window.pan(m_window.span() / 4);
    else if (isPlain && event->key() == Qt::Key_Right)
        m_window.pan(-m_window.span() / 4);
    else
        QMainWindow::keyPressEvent(event);
}

void MainWindow::childEvent(QChildEvent *event)
{
    // The layout makes and removes the tabs of the docks as it needs them.
    if (auto *tabs = qobject_cast<QTabBar *>(event->child()); tabs && event->polished()) {
        tabs->setAccessibleName(tr("Panels"));
        tabs->setFocusPolicy(Qt::TabFocus);
        tabs->setElideMode(Qt::ElideNone); // it has arrows where it has no room
    }
    QMainWindow::childEvent(event);
}

namespace {

/// The only file in what is dragged; empty: there is none.
QString fileIn(const QMimeData &data)
{
    const auto urls = data.urls();
    return urls.size() == 1 ? urls.first().toLocalFile() : QString();
}

} // namespace

void MainWindow::dragEnterEvent(QDragEnterEvent *event)
{
    if (!fileIn(*event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent *event)
{
    event->acceptProposedAction();
    m_recordings->show(fileIn(*event->mimeData()));
}

void MainWindow::goTo(QDockWidget *panel)
{
    panel->show();
    panel->raise();
    for (auto *part = nextInFocusChain(); part != this; part = part->nextInFocusChain()) { // as Tab meets them
        if (panel->isAncestorOf(part) && part->isVisibleTo(panel) && part->isEnabled()
            && (part->focusPolicy() & Qt::TabFocus)) {
            part->setFocus(Qt::ShortcutFocusReason);
            return;
        }
    }
}

QJsonObject MainWindow::savedState() const
{
    return {{u"geometry"_s, QString::fromLatin1(saveGeometry().toBase64())},
            {u"docks"_s, QString::fromLatin1((isFolded() ? m_unfolded : saveState()).toBase64())},
            {u"theme"_s,
             QString::fromLatin1(QMetaEnum::fromType<Theme::Mode>().valueToKey(static_cast<int>(m_theme.mode())))},
            {u"span_s"_s, m_recordings->liveSpan()},
            {u"logarithmic"_s, m_chart->chart().isLogarithmic()},
            {u"figures"_s, toJson(m_serverWatch.chosen())},
            {u"load"_s, m_topBar->load().requests()}};
}

void MainWindow::restoreState(const QJsonObject &state)
{
    if (state.isEmpty())
        return;
    restoreGeometry(QByteArray::fromBase64(state[u"geometry"_s].toString().toLatin1()));
    if (isFolded()) { // the layout that comes is one that is not
        m_unfolded.clear();
        findChild<QDockWidget *>(u"events"_s)->setTitleBarWidget(nullptr);
        delete std::exchange(m_eventsTitle, nullptr);
    }
    QMainWindow::restoreState(QByteArray::fromBase64(state[u"docks"_s].toString().toLatin1()));
    bool known = false;
    const int mode =
        QMetaEnum::fromType<Theme::Mode>().keyToValue(state[u"theme"_s].toString().toLatin1().constData(), &known);
    m_theme.setMode(known ? static_cast<Theme::Mode>(mode) : Theme::Mode::System);
    m_window.setSpan(state[u"span_s"_s].toDouble(60));
    m_chart->setLogarithmic(state[u"logarithmic"_s].toBool(true));
    m_topBar->load().setRequests(state[u"load"_s].toInt(8));
    if (const auto chosen = figuresFromJson(state[u"figures"_s].toArray()))
        m_serverWatch.setChosen(*chosen);
    else
        complain(this, tr("Figures of the service"), chosen.error);
    keepOnScreen();
    foldDocks();
}

void MainWindow::explainPoint(double seconds, double milliseconds)
{
    if (const auto mode = m_chart->chart().mode(); mode != ChartMode::Points && mode != ChartMode::Heatmap)
        return;
    const auto found = SamplePopup::nearest(m_session, seconds, milliseconds, m_window.span() / 80);
    if (!found)
        return;
    const auto at = static_cast<qint64>(m_session.secondsAt(found->sample.due) * 1000);
    auto *popup = new SamplePopup(*found, QDateTime::fromMSecsSinceEpoch(at).toString(u"HH:mm:ss.zzz"_s),
                                  m_theme.palette(), this);
    const double due = m_session.secondsAt(found->sample.due);
    popup->setServer(m_serverWatch.around(due, m_session.secondsAt(found->sample.done)));
    m_serverWatch.askStalls([popup = QPointer(popup), due, found = *found](const QList<probe::ServerStall> &stalls) {
        if (popup)
            popup->setBlame(probe::blameOnStall(found.blame, due, found.sample.response(), stalls).sentence);
    });
    popup->move(QCursor::pos() + QPoint(12, 12));
    popup->show();
}

} // namespace openloop::gui
