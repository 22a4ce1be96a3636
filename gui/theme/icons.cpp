// SPDX-License-Identifier: GPL-3.0-or-later
// Renders the drawings in the colours of the scheme.
#include "gui/theme/icons.h"

#include "gui/theme/palette.h"

#include <QFile>
#include <QPainter>
#include <QPixmap>
#include <QSvgRenderer>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

QPixmap drawn(const QString &name, const QColor &colour, int size)
{
    QFile file(u":/icons/%1.svg"_s.arg(name));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    // The files are drawn in black, so that they are valid icons on their own.
    QSvgRenderer renderer(file.readAll().replace("#000", colour.name().toLatin1()));
    QPixmap pixmap(size, size);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setOpacity(colour.alphaF());
    renderer.render(&painter);
    return pixmap;
}

void addSizes(QIcon &icon, const QString &name, const QColor &colour, QIcon::Mode mode, QIcon::State state)
{
    for (const int size : {16, 24, 32, 48})
        icon.addPixmap(drawn(name, colour, size), mode, state);
}

} // namespace

QIcon icon(const QString &name, const Palette &palette)
{
    QIcon result;
    addSizes(result, name, palette.text, QIcon::Normal, QIcon::Off);
    addSizes(result, name, palette.onAccent, QIcon::Normal, QIcon::On);
    addSizes(result, name, withAlpha(palette.muted, 0.75), QIcon::Disabled, QIcon::Off);
    addSizes(result, name, withAlpha(palette.muted, 0.75), QIcon::Disabled, QIcon::On);
    return result;
}

QIcon icon(const QString &name, const QColor &colour)
{
    QIcon result;
    addSizes(result, name, colour, QIcon::Normal, QIcon::Off);
    return result;
}

QIcon accentIcon(const QString &name, const Palette &palette)
{
    QIcon result = icon(name, palette.onAccent);
    addSizes(result, name, withAlpha(palette.muted, 0.75), QIcon::Disabled, QIcon::Off);
    return result;
}

QIcon applicationIcon()
{
    return QIcon(u":/icons/openloop.svg"_s);
}

} // namespace openloop::gui
