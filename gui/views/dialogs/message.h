// SPDX-License-Identifier: GPL-3.0-or-later
// How the window says what went wrong, or what is different from what one may expect.
#pragma once

#include <QString>

class QWidget;

namespace openloop::gui {

/// What went wrong, in a message above `window` that waits for nobody.
void complain(QWidget *window, const QString &title, const QString &problem);
/// The same of what is as it should be, but may surprise.
void inform(QWidget *window, const QString &title, const QString &fact);

} // namespace openloop::gui
