// SPDX-License-Identifier: GPL-3.0-or-later
// One button that saturates a target with N parallel requests, and says while it does what comes back.
#pragma once

#include "gui/models/session.h"
#include "gui/theme/themed.h"
#include "gui/views/dialogs/consent.h"

#include <QWidget>

class QPushButton;
class QSpinBox;

namespace openloop::gui {

/// Spin box and button for the load generator of a session. GUI thread.
class LoadControl : public QWidget, public Themed
{
    Q_OBJECT
public:
    explicit LoadControl(Session &session, QWidget *parent = nullptr);

    /// Stops the load, or starts it if that is allowed.
    void toggle();
    /// Calls `go` when the target may be loaded, which is asked for once where it is on another machine. By then there
    /// may be a load, another target or a recording.
    void ifAllowed(const std::function<void()> &go);
    /// The target that the button loads.
    void setTarget(const QString &name);
    const QString &target() const { return m_target; }
    int requests() const;
    void setRequests(int n);
    /// Forbids changes while an experiment needs the load for itself.
    void setLocked(bool locked);
    /// Names less of a long target where there is little room.
    void setBrief(bool brief);

private:
    void recolour() override { showState(); }
    void chooseTarget();
    void showState();

    Session &m_session;
    Consent m_consent;
    QString m_target;
    QSpinBox *m_count = nullptr;
    QPushButton *m_button = nullptr;
    bool m_locked = false;
    bool m_brief = false;
};

} // namespace openloop::gui
