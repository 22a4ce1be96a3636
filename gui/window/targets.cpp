// SPDX-License-Identifier: GPL-3.0-or-later
// From what people type, paste or pick to the list of targets that the session measures.
#include "gui/window/targets.h"

#include "gui/models/target_address.h"
#include "gui/views/dialogs/first_run.h"
#include "gui/views/dialogs/message.h"
#include "gui/views/dialogs/pick_dialog.h"
#include "gui/views/dialogs/rules_dialog.h"
#include "gui/views/dialogs/target_dialog.h"
#include "gui/views/load_control.h"
#include "gui/views/panels/targets_panel.h"

#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QInputDialog>
#include <QLabel>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

Targets::Targets(Session &session, TargetsPanel &panel, FirstRun &firstRun, LoadControl &load, QWidget &owner)
    : m_session(session), m_firstRun(firstRun), m_load(load), m_owner(owner)
{
    connect(&panel, &TargetsPanel::addWanted, this, &Targets::add);
    connect(&panel, &TargetsPanel::copyCurlWanted, this, &Targets::copyCurl);
    connect(&panel, &TargetsPanel::editWanted, this, &Targets::edit);
    connect(&panel, &TargetsPanel::removeWanted, this, &Targets::remove);
    connect(&panel, &TargetsPanel::loadWanted, this, &Targets::load);
    connect(&firstRun, &FirstRun::startWanted, this, &Targets::startLocalService);
    connect(&firstRun, &FirstRun::urlWanted, this, &Targets::enterUrl);
    connect(&m_service, &LocalService::failed, this,
            [this](const QString &problem) { m_firstRun.setStarting(false, problem); });
}

void Targets::refreshFirstRun()
{
    const auto absence = m_session.absence();
    m_firstRun.setAbsence(absence.headline, absence.detail);
    m_firstRun.setStartOffered(absence.isRefused && isLocal(m_session.targets()));
    const QString program = LocalService::program();
    m_firstRun.setCanStart(!program.isEmpty(),
                           program.isEmpty() ? tr("openloop-server is neither beside this program nor in PATH")
                                             : program);
}

void Targets::add()
{
    QInputDialog dialog(&m_owner);
    dialog.setWindowTitle(tr("Add target"));
    dialog.setMinimumWidth(480); // a command is long
    dialog.setOption(QInputDialog::UsePlainTextEditForTextInput);
    dialog.setTextValue(u"http://"_s);
    const auto wanted = tr("A URL, name=URL, or a curl command:");
    dialog.setLabelText(wanted);
    dialog.findChild<QLabel *>()->setWordWrap(true);
    while (dialog.exec() == QDialog::Accepted) {
        const auto problem = addFromText(dialog.textValue().trimmed());
        if (problem.isEmpty())
            return;
        dialog.setLabelText(problem + u"\n\n"_s + wanted); // what was refused stays, to be mended
    }
}

QString Targets::addFromText(const QString &text)
{
    const auto added = probe::targetsFromArgument(text);
    if (added)
        addAll(*added);
    return added.error;
}

void Targets::offer()
{
    const auto targets = m_session.liveTargets();
    m_description.find(targets.isEmpty() ? QString() : targets.first().url,
                       [this](const auto &offered) { show(offered); });
}

void Targets::offerFromFile()
{
    const auto path =
        QFileDialog::getOpenFileName(&m_owner, tr("Add from an OpenAPI file"), {},
                                     tr("OpenAPI documents (*.json *.yaml *.yml)") + u";;"_s + tr("All files (*)"));
    if (!path.isEmpty())
        offerFile(path);
}

void Targets::offerFile(const QString &path)
{
    show(ServiceDescription::read(path, baseUrlOf(m_session.liveTargets())));
}

void Targets::show(const ServiceDescription::Found &offered)
{
    if (!offered) {
        complain(&m_owner, tr("Add from OpenAPI"), offered.error);
        return;
    }
    auto *dialog = new PickDialog(*offered, m_session.liveTargets(), &m_owner);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { addAll(dialog->picked()); });
    dialog->open();
}

void Targets::addAll(const QList<probe::Target> &added)
{
    auto targets = m_session.liveTargets();
    for (const auto &one : added)
        targets << probe::withUniqueName(one, targets);
    m_session.setTargets(targets);
    if (m_session.isReplay()) // it holds what it holds
        inform(&m_owner, tr("Add target"), tr("Measured as soon as the recording is closed."));
}

void Targets::editRules()
{
    QStringList names;
    for (const auto &one : m_session.targets())
        names << one.name;
    auto *dialog = new RulesDialog(m_session.rules(), names, &m_owner);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { m_session.setRules(dialog->rules()); });
    dialog->open();
}

void Targets::edit(const QString &name)
{
    const auto *before = find(name);
    if (!before)
        return;
    TargetDialog dialog(*before, &m_owner);
    if (dialog.exec() != QDialog::Accepted)
        return;
    auto targets = m_session.liveTargets();
    for (auto &one : targets) {
        if (one.name == name)
            one = dialog.target();
    }
    m_session.setTargets(targets);
}

void Targets::remove(const QString &name)
{
    auto targets = m_session.liveTargets();
    targets.removeIf([&name](const probe::Target &one) { return one.name == name; });
    if (m_session.loadedTarget() == name)
        m_session.setLoad(name, 0);
    // A rule that names nobody could not be confirmed in its dialog, and would be that of whoever takes the name.
    auto rules = m_session.rules();
    if (rules.removeIf([&name](const probe::Rule &rule) { return rule.target == name; }))
        m_session.setRules(rules);
    m_session.setTargets(targets);
}

void Targets::enterUrl()
{
    bool accepted = false;
    const QString text =
        QInputDialog::getText(&m_owner, tr("Enter URL"), tr("Base URL of the service, or any URL to measure:"),
                              QLineEdit::Normal, u"http://"_s + addressOf(m_session.targets()), &accepted);
    if (!accepted || text.isEmpty())
        return;
    const auto parsed = probe::targetsFromArgument(text.trimmed());
    if (parsed)
        m_session.open(*parsed, m_session.rules());
    else
        complain(&m_owner, tr("Enter URL"), parsed.error);
}

void Targets::startLocalService()
{
    m_firstRun.setStarting(true);
    m_service.start(portOf(m_session.targets()));
}

void Targets::load(const QString &name)
{
    if (!m_session.loadedTarget().isEmpty())
        m_load.toggle();
    m_load.setTarget(name);
    m_load.toggle();
}

void Targets::copyCurl(const QString &name)
{
    if (const auto *one = find(name))
        QApplication::clipboard()->setText(probe::toCurlCommand(*one));
}

void Targets::copyCurlOfDown()
{
    for (const auto &one : m_session.targets()) {
        if (m_session.watch(one.name)->state() == State::Down)
            return copyCurl(one.name);
    }
}

const probe::Target *Targets::find(const QString &name) const
{
    const auto &targets = m_session.targets();
    const auto found = std::ranges::find(targets, name, &probe::Target::name);
    return found == targets.end() ? nullptr : &*found;
}

} // namespace openloop::gui
