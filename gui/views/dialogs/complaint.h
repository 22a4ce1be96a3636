// SPDX-License-Identifier: GPL-3.0-or-later
// How the window says what went wrong, or what is different from what one may expect.
#pragma once

#include <QString>

class QWidget;

namespace openloop::gui {

/// A message above `window` that waits for nobody.
void complain(QWidget *window, const QString &title, const QString &problem);

} // namespace openloop::gui
