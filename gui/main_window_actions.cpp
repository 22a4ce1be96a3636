// SPDX-License-Identifier: GPL-3.0-or-later
// What the window does on request: menu, shortcuts, targets, isolation test. The rest of main_window.h.
#include "gui/main_window.h"

#include "gui/probe/targets/curl_command.h"
#include "gui/probe/targets/openapi.h"
#include "gui/theme/theme.h"
#include "gui/views/chart/chart_panel.h"
#include "gui/views/dialogs/first_run.h"
#include "gui/views/dialogs/pick_dialog.h"
#include "gui/views/dialogs/rules_dialog.h"
#include "gui/views/dialogs/target_dialog.h"
#include "gui/views/load_control.h"
#include "gui/views/top_bar.h"

#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QDockWidget>
#include <QInputDialog>
#include <QMenu>
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
    m_menu->addAction(
        action(tr("Add from /openapi.json…"), Qt::CTRL | Qt::SHIFT | Qt::Key_N, &MainWindow::offerTargets));
    m_menu->addAction(action(tr("Rules…"), Qt::CTRL | Qt::Key_L, &MainWindow::editRules));
    m_menu->addSeparator();
    m_menu->addAction(action(tr("Open recording…"), Qt::CTRL | Qt::Key_O, &MainWindow::openRecording));
    m_menu->addAction(action(tr("Compare with a recording…"), Qt::CTRL | Qt::Key_D, &MainWindow::chooseComparison));
    m_menu->addAction(action(tr("Export…"), Qt::Key_E, &MainWindow::exportVisible));
    m_menu->addSeparator();
    m_menu->addAction(action(tr("Run or abort the isolation test"), Qt::CTRL | Qt::Key_R, &MainWindow::toggleTest));
    m_menu->addAction(action(tr("Find the load at which a promise breaks"), Qt::CTRL | Qt::SHIFT | Qt::Key_R,
                             &MainWindow::toggleSearch));
    m_menu->addAction(action(tr("Start or stop the load"), Qt::Key_B, [this] { m_topBar->load().toggle(); }));
    m_menu->addAction(action(tr("Follow the present"), Qt::Key_L, [this] { m_window.goLive(); }));
    m_menu->addSeparator();
    m_viewMenu = m_menu->addMenu(tr("View"));
    m_viewMenu->addAction(action(tr("Logarithmic or linear axis"), Qt::Key_G,
                                 [this] { m_chart->setLogarithmic(!m_chart->chart().isLogarithmic()); }));
    m_viewMenu->addAction(action(tr("Points, heatmap, histogram, CCDF or phases"), Qt::Key_H, [this] {
        m_chart->setMode(static_cast<ChartMode>((static_cast<int>(m_chart->chart().mode()) + 1) % chartModes));
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
    for (const auto &[mode, text] :
         {std::pair(Theme::Mode::System, tr("Like the desktop")), std::pair(Theme::Mode::Light, tr("Light")),
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

void MainWindow::addTarget()
{
    bool accepted = false;
    const QString text = QInputDialog::getMultiLineText(
        this, tr("Add target"), tr("A URL, name=URL, or a curl command:"), u"http://"_s, &accepted);
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
    for (const auto &one : added) {
        if (problem.isEmpty())
            problem = probe::problemOf(one);
    }
    if (!problem.isEmpty())
        complain(tr("Add target"), problem);
    else
        addTargets(added);
}

void MainWindow::offerTargets()
{
    const QString base = baseUrl();
    m_fetcher.get(base + u"/openapi.json"_s, [this, base](const probe::Fetched &answer) {
        const auto offered = answer.status == 200
            ? probe::targetsFromOpenApi(answer.body, base)
            : probe::Parsed<QList<probe::Target>>::failed(
                  answer.status > 0 ? tr("%1/openapi.json answers HTTP %2").arg(base).arg(answer.status)
                                    : answer.error);
        if (!offered) {
            complain(tr("Add from /openapi.json"), offered.error);
            return;
        }
        auto *dialog = new PickDialog(*offered, m_session.targets(), this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        connect(dialog, &QDialog::accepted, this, [this, dialog] { addTargets(dialog->picked()); });
        dialog->open();
    });
}

void MainWindow::addTargets(const QList<probe::Target> &added)
{
    auto targets = m_session.targets();
    for (const auto &one : added)
        targets << probe::withUniqueName(one, targets);
    m_session.setTargets(targets);
}

void MainWindow::editRules()
{
    QStringList names;
    for (const auto &one : m_session.targets())
        names << one.name;
    auto *dialog = new RulesDialog(m_session.rules(), names, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { m_session.setRules(dialog->rules()); });
    dialog->open();
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
    const QString text =
        QInputDialog::getText(this, tr("Enter URL"), tr("Base URL of the service, or any URL to measure:"),
                              QLineEdit::Normal, u"http://"_s + address(), &accepted);
    if (!accepted || text.isEmpty())
        return;
    const auto parsed = probe::targetsFromArgument(text.trimmed());
    if (parsed)
        m_session.open(*parsed, m_session.rules());
    else
        complain(tr("Enter URL"), parsed.error);
}

void MainWindow::startLocalService()
{
    const QUrl url(m_session.targets().isEmpty() ? QString() : m_session.targets().first().url);
    m_firstRun->setStarting(true);
    m_service.start(static_cast<quint16>(url.port(8080)));
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
