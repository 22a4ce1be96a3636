// SPDX-License-Identifier: GPL-3.0-or-later
// What the window does on request: menu, shortcuts, targets, isolation test. The rest of main_window.h.
#include "gui/main_window.h"

#include "gui/probe/curl_command.h"
#include "gui/theme/theme.h"
#include "gui/views/chart_panel.h"
#include "gui/views/experiment_panel.h"
#include "gui/views/first_run.h"
#include "gui/views/load_control.h"
#include "gui/views/target_dialog.h"
#include "gui/views/top_bar.h"

#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QInputDialog>
#include <QMenu>
#include <QMessageBox>
#include <QUrl>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

void MainWindow::buildActions()
{
    m_menu = new QMenu(this);
    const auto action = [this](const QString &text, const QKeySequence &keys, auto slot) {
        auto *result = new QAction(text, this);
        result->setShortcut(keys);
        connect(result, &QAction::triggered, this, slot);
        addAction(result);
        return result;
    };
    m_menu->addAction(action(tr("Add target…"), Qt::CTRL | Qt::Key_N, &MainWindow::addTarget));
    m_menu->addAction(action(tr("Open recording…"), Qt::CTRL | Qt::Key_O, &MainWindow::openRecording));
    m_menu->addAction(action(tr("Export…"), Qt::Key_E, &MainWindow::exportVisible));
    m_menu->addSeparator();
    m_menu->addAction(action(tr("Run or abort the isolation test"), Qt::CTRL | Qt::Key_R, &MainWindow::toggleTest));
    m_menu->addAction(action(tr("Start or stop the load"), Qt::Key_B, [this] { m_topBar->load().toggle(); }));
    m_menu->addAction(action(tr("Follow the present"), Qt::Key_L, [this] { m_window.goLive(); }));
    m_menu->addSeparator();
    m_viewMenu = m_menu->addMenu(tr("View"));
    m_viewMenu->addAction(action(tr("Logarithmic or linear axis"), Qt::Key_G,
                                 [this] { m_chart->setLogarithmic(!m_chart->chart().isLogarithmic()); }));
    m_viewMenu->addAction(action(tr("Points, heatmap or distribution"), Qt::Key_H, [this] {
        m_chart->setMode(static_cast<ChartMode>((static_cast<int>(m_chart->chart().mode()) + 1) % 3));
    }));
    m_viewMenu->addAction(action(tr("Zoom in"), Qt::Key_Plus, [this] { m_window.zoom(0.5, m_window.to()); }));
    m_viewMenu->addAction(action(tr("Zoom out"), Qt::Key_Minus, [this] { m_window.zoom(2, m_window.to()); }));
    m_viewMenu->addAction(action(tr("Earlier"), Qt::Key_Left, [this] { m_window.pan(m_window.span() / 4); }));
    m_viewMenu->addAction(action(tr("Later"), Qt::Key_Right, [this] { m_window.pan(-m_window.span() / 4); }));
    m_viewMenu->addSeparator();
    for (auto *dock : findChildren<QDockWidget *>())
        m_viewMenu->addAction(dock->toggleViewAction());
    for (int i = 0; i < static_cast<int>(ChartPanel::spans.size()); ++i)
        action({}, QKeySequence(Qt::Key_1 + i), [this, i] { m_chart->chooseSpan(i); });
    auto *themes = m_menu->addMenu(tr("Appearance"));
    auto *group = new QActionGroup(this);
    for (const auto &[mode, text] : {std::pair(Theme::Mode::System, tr("Like the desktop")), std::pair(Theme::Mode::Light, tr("Light")),
                                     std::pair(Theme::Mode::Dark, tr("Dark"))}) {
        auto *choice = themes->addAction(text, this, [this, mode = mode] { m_theme.setMode(mode); });
        choice->setCheckable(true);
        choice->setChecked(m_theme.mode() == mode);
        group->addAction(choice);
    }
    m_menu->addSeparator();
    m_menu->addAction(action(tr("Quit"), QKeySequence::Quit, &QWidget::close));
    m_topBar->setMenu(m_menu);
}

void MainWindow::toggleHold()
{
    if (m_window.isLive())
        m_window.hold();
    else
        m_window.goLive();
    m_topBar->setLive(m_window.isLive());
}

void MainWindow::toggleTest()
{
    if (m_test) {
        m_test->abort();
        m_test.reset();
        m_topBar->setTestRunning(false);
        m_experiment->showIdle();
        return;
    }
    if (m_topBar->load().target().isEmpty() || m_session.nothingAnswers())
        return;
    m_session.setLoad(m_session.loadedTarget(), 0);
    auto config = m_isolationConfig;
    config.load = m_topBar->load().target();
    config.n = m_topBar->load().requests();
    m_test = std::make_unique<probe::IsolationRun>(m_session.engine(), config);
    connect(m_test.get(), &probe::IsolationRun::phaseChanged, this, [this](probe::IsolationPhase phase) {
        m_experiment->showPhase(phase, m_test->test().config());
    });
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

void MainWindow::addTarget()
{
    bool accepted = false;
    const QString text = QInputDialog::getMultiLineText(this, tr("Add target"), tr("A URL, name=URL, or a curl command:"), u"http://"_s, &accepted);
    if (accepted)
        addFromText(text.trimmed());
}

void MainWindow::addFromText(const QString &text)
{
    QList<probe::Target> added;
    QString problem;
    if (probe::looksLikeCurlCommand(text)) {
        const auto parsed = probe::targetFromCurlCommand(text);
        if (parsed)
            added << *parsed;
        problem = parsed.error;
    } else {
        const auto parsed = probe::targetsFromArgument(text);
        if (parsed)
            added = *parsed;
        problem = parsed.error;
    }
    auto targets = m_session.targets();
    for (auto one : added) {
        if (problem.isEmpty())
            problem = probe::problemOf(one);
        targets << probe::withUniqueName(one, targets);
    }
    if (!problem.isEmpty())
        QMessageBox::warning(this, tr("Add target"), problem);
    else
        m_session.setTargets(targets);
}

void MainWindow::editTarget(const QString &name)
{
    const auto *before = target(name);
    if (!before)
        return;
    TargetDialog dialog(*before, this);
    if (dialog.exec() != QDialog::Accepted)
        return;
    auto targets = m_session.targets();
    for (auto &one : targets) {
        if (one.name == name)
            one = dialog.target();
    }
    m_session.setTargets(targets);
}

void MainWindow::removeTarget(const QString &name)
{
    auto targets = m_session.targets();
    targets.removeIf([&name](const probe::Target &one) { return one.name == name; });
    if (m_session.loadedTarget() == name)
        m_session.setLoad(name, 0);
    m_session.setTargets(targets);
}

void MainWindow::enterUrl()
{
    bool accepted = false;
    const QString text = QInputDialog::getText(this, tr("Enter URL"), tr("Base URL of the service, or any URL to measure:"), QLineEdit::Normal,
                                               u"http://"_s + address(), &accepted);
    if (!accepted || text.isEmpty())
        return;
    const auto parsed = probe::targetsFromArgument(text.trimmed());
    if (parsed)
        m_session.open(*parsed, m_session.rules());
    else
        QMessageBox::warning(this, tr("Enter URL"), parsed.error);
}

void MainWindow::startLocalService()
{
    const QUrl url(m_session.targets().isEmpty() ? QString() : m_session.targets().first().url);
    m_firstRun->setStarting(true);
    m_service.start(static_cast<quint16>(url.port(8080)));
}

void MainWindow::openRecording()
{
    const QString folder = QFileInfo(probe::SessionRecorder::defaultPath()).path();
    const QString path = QFileDialog::getOpenFileName(this, tr("Open recording"), folder);
    if (!path.isEmpty())
        showRecording(path);
}

void MainWindow::showRecording(const QString &path)
{
    if (m_test)
        toggleTest();
    if (const QString problem = m_session.openRecording(path); !problem.isEmpty()) {
        QMessageBox::warning(this, tr("Open recording"), problem);
        return;
    }
    m_window.setBeginning(m_session.beginning());
    m_window.setNow(m_session.now());
    m_window.showAll();
}

void MainWindow::showLoadedTarget(const QString &name)
{
    auto &load = m_topBar->load();
    if (!m_session.loadedTarget().isEmpty())
        load.toggle();
    load.setTarget(name);
    load.toggle();
}

void MainWindow::copyCurl(const QString &name)
{
    if (const auto *one = target(name))
        QApplication::clipboard()->setText(probe::toCurlCommand(*one));
}

} // namespace openloop::gui
