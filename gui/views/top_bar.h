// SPDX-License-Identifier: GPL-3.0-or-later
// The row of buttons above the verdict: what is measured, live or held, the load, the isolation test, the menu.
#pragma once

#include "gui/theme/themed.h"

#include <QWidget>

class QMenu;
class QPushButton;
class QToolButton;

namespace openloop::gui {

class FittingLabel;
class LoadControl;
class Session;

/// Title and main buttons. GUI thread.
class TopBar : public QWidget, public Themed
{
    Q_OBJECT
public:
    explicit TopBar(Session &session, QWidget *parent = nullptr);

    void setTitle(const QString &name, const QString &address);
    void setLive(bool live);
    void setTestRunning(bool running);
    void setMenu(QMenu *menu);
    /// As its button does, with the first entry chosen.
    void openMenu();
    LoadControl &load() { return *m_load; }

signals:
    void liveWanted();
    void holdWanted();
    /// The isolation test's button: run, or abort while it runs.
    void testWanted();

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void recolour() override;

    FittingLabel *m_title = nullptr;
    QPushButton *m_live = nullptr;
    QPushButton *m_hold = nullptr;
    LoadControl *m_load = nullptr;
    QPushButton *m_test = nullptr;
    QToolButton *m_menu = nullptr;
    bool m_testing = false;
};

} // namespace openloop::gui
