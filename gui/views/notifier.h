// SPDX-License-Identifier: GPL-3.0-or-later
// Tells the desktop what happened while nobody looked: tray icon where there is one, notifications everywhere.
#pragma once

#include "gui/models/event_log.h"
#include "gui/theme/palette.h"

#include <QObject>
#include <QSystemTrayIcon>

namespace openloop::gui {

/// Never hides the window: a desktop without a tray would lose it. GUI thread.
class Notifier : public QObject
{
    Q_OBJECT
public:
    explicit Notifier(QObject *parent = nullptr);

    /// Colour and shape of the tray icon, and its tooltip.
    void setState(State state, const QString &sentence, const Palette &palette);
    void notify(const Event &event);

signals:
    /// The tray icon was clicked.
    void windowWanted();

private:
    QSystemTrayIcon m_tray;
    State m_state = State::Unknown;
    uint m_lastId = 0;
};

} // namespace openloop::gui
