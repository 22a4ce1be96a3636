// SPDX-License-Identifier: GPL-3.0-or-later
// Line icons of resources/icons in the colours of the palette in force.
#pragma once

#include <QIcon>
#include <QString>

namespace openloop::gui {

struct Palette;

/// The icon `name` (a file of resources/icons without its ending) in text colour, faded where disabled,
/// in the colour on accent where checked.
QIcon icon(const QString &name, const Palette &palette);
/// The icon in one colour.
QIcon icon(const QString &name, const QColor &colour);
/// The icon in the colour on accent, for buttons that stand out; faded where disabled.
QIcon accentIcon(const QString &name, const Palette &palette);
/// The program's own icon.
QIcon applicationIcon();

} // namespace openloop::gui
