// SPDX-License-Identifier: GPL-3.0-or-later
// Connects both buttons.
#include "gui/views/dialogs/buttons.h"

#include <QDialog>
#include <QDialogButtonBox>

namespace openloop::gui {

QDialogButtonBox *okAndCancel(QDialog &dialog)
{
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, &dialog);
    QObject::connect(buttons, &QDialogButtonBox::accepted, &dialog, &QDialog::accept);
    QObject::connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
    return buttons;
}

} // namespace openloop::gui
