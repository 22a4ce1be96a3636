// SPDX-License-Identifier: GPL-3.0-or-later
// A message box that nothing waits for, because measuring goes on behind it.
#include "gui/views/dialogs/message.h"

#include <QMessageBox>

namespace openloop::gui {

namespace {

void say(QMessageBox::Icon icon, QWidget *window, const QString &title, const QString &text)
{
    auto *box = new QMessageBox(icon, title, text, QMessageBox::Ok, window);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

} // namespace

void complain(QWidget *window, const QString &title, const QString &problem)
{
    say(QMessageBox::Warning, window, title, problem);
}

void inform(QWidget *window, const QString &title, const QString &fact)
{
    say(QMessageBox::Information, window, title, fact);
}

} // namespace openloop::gui
