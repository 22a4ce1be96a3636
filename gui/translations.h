// SPDX-License-Identifier: GPL-3.0-or-later
// The window's language: that of the desktop where we have it, else English.
#pragma once

class QCoreApplication;
class QLocale;

namespace openloop::gui {

/// Installs English plurals and, above them, the translation for `locale` if there is one. Call before any widget.
void installTranslations(QCoreApplication &application, const QLocale &locale);

} // namespace openloop::gui
