// SPDX-License-Identifier: GPL-3.0-or-later
// Walks over the widgets from the innermost to the outermost.
#include "gui/theme/themed.h"

#include <QWidget>

#include <algorithm>
#include <ranges>

namespace openloop::gui {

void dress(QWidget &root, const Palette &palette)
{
    const auto give = [&palette](QObject *part) {
        if (auto *view = dynamic_cast<Themed *>(part)) {
            view->m_colours = &paletteFor(palette.dark);
            view->recolour();
        }
        if (auto *widget = qobject_cast<QWidget *>(part))
            widget->update();
    };
    const auto parts = root.findChildren<QObject *>(); // each before its own parts
    std::ranges::for_each(parts | std::views::reverse, give);
    give(&root);
}

} // namespace openloop::gui
