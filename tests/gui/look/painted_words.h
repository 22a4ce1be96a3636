// SPDX-License-Identifier: GPL-3.0-or-later
// What a window really writes: each run of words with its place, its colour and what it is cut by, whoever painted it.
#pragma once

#include <QColor>
#include <QImage>
#include <QList>
#include <QRectF>
#include <QString>
#include <QWidget>

namespace openloop::test {

/// Words as they are painted in one go, in pixels of the window.
struct PaintedWords {
    QString text;
    QRectF place; ///< of the letters, without the room that a line has above and below
    QRectF seen; ///< what is painted on is cut by this
    QColor colour;
    QWidget *widget = nullptr; ///< that painted them
};

/// All words of a window as it is now; of a plot as well, which paints from a buffer.
QList<PaintedWords> wordsPaintedBy(QWidget &window);

/// The picture of a window, one pixel of it a pixel of the window.
QImage pictureOf(QWidget &window);

/// Of the words against what is behind them in the picture: 1 to 21, as WCAG counts it.
double contrastOf(const PaintedWords &words, const QImage &picture);

/// What eyes would complain of in a window as it is: words that are cut, shortened though there is room or covered by
/// others, that stand out too little (below 4.5), or that lie outside. One line each; empty: nothing.
QStringList complaintsOf(QWidget &window);

} // namespace openloop::test
