// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the list from the actions themselves, so that it can't lag behind them.
#include "gui/views/dialogs/shortcuts_dialog.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QTreeWidget>
#include <QVBoxLayout>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

QString shown(const QKeySequence &keys)
{
    return keys.toString(QKeySequence::NativeText);
}

} // namespace

QString withKeys(const QString &text, const QKeySequence &keys)
{
    return text + u'\t' + shown(keys);
}

ShortcutsDialog::ShortcutsDialog(const QList<QAction *> &actions, QWidget *parent) : QDialog(parent)
{
    setWindowTitle(tr("Keys"));
    auto *list = new QTreeWidget(this);
    list->setAccessibleName(tr("Keys and what they do"));
    list->setHeaderLabels({tr("Key"), tr("What it does")});
    list->setRootIsDecorated(false);
    list->setUniformRowHeights(true);
    const auto add = [list](const QString &keys, const QString &what) {
        if (!keys.isEmpty())
            list->addTopLevelItem(new QTreeWidgetItem({keys, QString(what).remove(u'…').trimmed()}));
    };
    for (const auto *action : actions) {
        if (action->shortcut().isEmpty())
            add(action->text().section(u'\t', 1), action->text().section(u'\t', 0, 0));
        else
            add(shown(action->shortcut()), action->text());
    }
    add(shown(Qt::Key_Tab), tr("To the next part; back with Shift"));
    add(shown(Qt::Key_Return), tr("On a card: select it in the chart; on an event: go there"));
    add(shown(Qt::CTRL | Qt::Key_Return), tr("In a dialog: take it"));
    add(shown(Qt::Key_Escape), tr("In a dialog: leave it"));
    list->setCurrentItem(list->topLevelItem(0));
    list->header()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(list, 1);
    layout->addWidget(buttons);
    list->setFocus();
    resize(560, 520);
}

} // namespace openloop::gui
