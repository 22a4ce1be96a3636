// SPDX-License-Identifier: GPL-3.0-or-later
// Which key does what.
#pragma once

#include <QDialog>

class QAction;

namespace openloop::gui {

/// The keys of these actions, in their order, and those of every dialog and card.
class ShortcutsDialog : public QDialog
{
    Q_OBJECT
public:
    explicit ShortcutsDialog(const QList<QAction *> &actions, QWidget *parent = nullptr);
};

/// Text of an action that hears `keys` by other means than a shortcut: menus and the list show them.
QString withKeys(const QString &text, const QKeySequence &keys);

} // namespace openloop::gui
