// SPDX-License-Identifier: GPL-3.0-or-later
// From what people type, paste or pick to the list of targets that the session measures.
#include "gui/window/targets.h"

#include "gui/models/export.h"
#include "gui/models/target_address.h"
#include "gui/probe/measurement/profile.h"
#include "gui/views/dialogs/choose_file.h"
#include "gui/views/dialogs/first_run.h"
#include "gui/views/dialogs/message.h"
#include "gui/views/dialogs/paste_dialog.h"
#include "gui/views/dialogs/pick_dialog.h"
#include "gui/views/dialogs/rules_dialog.h"
#include "gui/views/dialogs/target_dialog.h"
#include "gui/views/load_control.h"
#include "gui/views/panels/targets_panel.h"

#include <QApplication>
#include <QClipboard>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

Targets::Targets(Session &session, TargetsPanel &panel, FirstRun &firstRun, LoadControl &load, QWidget &owner)
    : m_session(session), m_panel(panel), m_firstRun(firstRun), m_load(load), m_owner(owner)
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
    auto *dialog = new PasteDialog(
        tr("Add target"), tr("&A URL, name=URL, or a curl command:"), m_draft,
        [this](const QString &text) { return addFromText(text); }, &m_owner);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    // Who leaves the dialog by a wrong key finds there what was pasted.
    connect(dialog, &QDialog::finished, this, [this, dialog](int result) {
        m_draft = result == QDialog::Accepted ? QString::fromLatin1(beginning) : dialog->text();
    });
    dialog->open();
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
    chooseFile(&m_owner,
               {.title = tr("Add from an OpenAPI file"),
                .kinds = {tr("OpenAPI documents (*.json *.yaml *.yml)"), tr("All files (*)")}},
               [this](const QString &path) { offerFile(path); });
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
    auto *dialog = new TargetDialog(*before, &m_owner);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog, name] {
        auto targets = m_session.liveTargets();
        for (auto &one : targets) {
            if (one.name == name)
                one = dialog->target();
        }
        m_session.setTargets(targets);
    });
    dialog->open();
}

void Targets::editCurrent()
{
    if (!m_session.isReplay()) // what was recorded stays as it was
        edit(m_panel.current());
}

void Targets::saveProfile()
{
    chooseFile(&m_owner,
               {.title = tr("Save targets and rules as a profile"),
                .kinds = {tr("Profiles (*.json)")},
                .purpose = WantedFile::For::Writing,
                .path = u"openloop-profile.json"_s,
                .ending = u"json"_s},
               [this](const QString &path) {
                   const probe::Profile profile{m_session.liveTargets(), m_session.rules(), {}};
                   if (const auto problem = writeWhole(path, probe::toJson(profile)); !problem.isEmpty())
                       complain(&m_owner, tr("Save as a profile"), problem);
               });
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
    auto *dialog = new PasteDialog(
        tr("Enter URL"), tr("&Base URL of the service, or any URL to measure:"),
        u"http://"_s + addressOf(m_session.targets()),
        [this](const QString &text) {
            const auto parsed = probe::targetsFromArgument(text);
            if (parsed)
                m_session.open(*parsed, m_session.rules());
            return parsed.error;
        },
        &m_owner);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
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
