// SPDX-License-Identifier: GPL-3.0-or-later
// One button that saturates a target with N parallel requests, and says while it does what comes back.
#pragma once

#include "gui/models/session.h"
#include "gui/theme/themed.h"

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

    /// Starts or stops the load.
    void toggle();
    /// The target that the button loads.
    void setTarget(const QString &name);
    const QString &target() const { return m_target; }
    int requests() const;
    void setRequests(int n);
    /// Forbids changes while an experiment needs the load for itself.
    void setLocked(bool locked);

private:
    void recolour() override { showState(); }
    void chooseTarget();
    void showState();

    Session &m_session;
    QString m_target;
    QSpinBox *m_count = nullptr;
    QPushButton *m_button = nullptr;
    bool m_locked = false;
};

} // namespace openloop::gui
