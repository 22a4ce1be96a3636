// SPDX-License-Identifier: GPL-3.0-or-later
// How a view gets its colours: who changes them gives them to a whole window, and no view has to pass them on.
#pragma once

#include "gui/theme/palette.h"

class QWidget;

namespace openloop::gui {

/// Base, beside that of Qt, of a widget or delegate that paints in the colours of a scheme; until it is told, in those
/// of the light one. GUI thread.
class Themed
{
public:
    virtual ~Themed() = default;

    const Palette &colours() const { return *m_colours; }

protected:
    /// For what is not painted each time, like an icon: the colours have changed.
    virtual void recolour() { }

private:
    friend void dress(QWidget &root, const Palette &palette);

    const Palette *m_colours = &paletteFor(false);
};

/// Gives a widget and all that is in it the colours of this scheme; parts before the whole, which may ask them to draw.
void dress(QWidget &root, const Palette &palette);

} // namespace openloop::gui
