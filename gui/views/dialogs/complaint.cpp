// SPDX-License-Identifier: GPL-3.0-or-later
// A message box that nothing waits for, because measuring goes on behind it.
#include "gui/views/dialogs/complaint.h"

#include <QMessageBox>

namespace openloop::gui {

void complain(QWidget *window, const QString &title, const QString &problem)
{
    auto *box = new QMessageBox(QMessageBox::Warning, title, problem, QMessageBox::Ok, window);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

} // namespace openloop::gui
