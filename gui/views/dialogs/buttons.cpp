// SPDX-License-Identifier: GPL-3.0-or-later
// Connects both buttons, and OK with its keys.
#include "gui/views/dialogs/buttons.h"

#include <QDialog>
#include <QDialogButtonBox>
#include <QPushButton>
#include <QShortcut>

namespace openloop::gui {

QDialogButtonBox *okAndCancel(QDialog &dialog)
{
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, &dialog);
    QObject::connect(buttons, &QDialogButtonBox::accepted, &dialog, &QDialog::accept);
    QObject::connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
    auto *ok = buttons->button(QDialogButtonBox::Ok);
    for (const auto key : {Qt::Key_Return, Qt::Key_Enter})
        QObject::connect(new QShortcut(Qt::CTRL | key, &dialog), &QShortcut::activated, ok, &QPushButton::click);
    return buttons;
}

} // namespace openloop::gui
