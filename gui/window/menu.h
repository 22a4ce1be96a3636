// SPDX-License-Identifier: GPL-3.0-or-later
// The menu of the window, and with it all shortcuts.
#pragma once

#include <QMenu>

namespace openloop::gui {

class MainWindow;
class Theme;

/// Every action of the window in its menu; its shortcuts hold in the whole window. After the docks, which it lists.
class Menu : public QMenu
{
    Q_OBJECT
public:
    Menu(MainWindow &window, Theme &theme);

private:
    /// An action of the window: there its shortcut is heard without the menu being open.
    template <typename Receiver, typename Slot>
    QAction *action(const QString &text, const QKeySequence &keys, Receiver *receiver, Slot slot);
    void addViewActions();
    void addPlaces();
    void addThemes(Theme &theme);
    void showKeys();

    MainWindow &m_window;
};

} // namespace openloop::gui
