// SPDX-License-Identifier: GPL-3.0-or-later
// What the window does to its targets and rules when somebody asks.
#pragma once

#include "gui/models/session.h"
#include "gui/models/watches/local_service.h"
#include "gui/models/watches/service_description.h"

namespace openloop::gui {

class FirstRun;
class LoadControl;
class TargetsPanel;

/// Adds, edits and removes what is measured, with the dialogs for it. GUI thread; what it refers to outlives it.
class Targets : public QObject
{
    Q_OBJECT
public:
    /// Dialogs stand above `owner`.
    Targets(Session &session, TargetsPanel &panel, FirstRun &firstRun, LoadControl &load, QWidget &owner);

    /// Shows what stands in place of the chart while nothing answers.
    void refreshFirstRun();

public slots:
    void add();
    /// Why nothing was added; empty: it was.
    [[nodiscard]] QString addFromText(const QString &text);
    /// Offers what the service describes in its OpenAPI document.
    void offer();
    /// The same of a document that is asked for, or of this one.
    void offerFromFile();
    void offerFile(const QString &path);
    void editRules();
    /// Edits the target that keys are meant for.
    void editCurrent();
    /// Asks for a file and writes what is measured, and the rules, as --profile reads them.
    void saveProfile();
    void enterUrl();
    void startLocalService();
    /// Copies the request of the first target that is down.
    void copyCurlOfDown();

private:
    void addAll(const QList<probe::Target> &added);
    void show(const ServiceDescription::Found &offered);
    void edit(const QString &name);
    void remove(const QString &name);
    void copyCurl(const QString &name);
    void load(const QString &name);
    const probe::Target *find(const QString &name) const;

    static constexpr auto beginning = "http://"; ///< of what is added

    Session &m_session;
    TargetsPanel &m_panel;
    QString m_draft = QLatin1String(beginning); ///< what was entered and not added
    FirstRun &m_firstRun;
    LoadControl &m_load;
    QWidget &m_owner;
    ServiceDescription m_description;
    LocalService m_service;
};

} // namespace openloop::gui
