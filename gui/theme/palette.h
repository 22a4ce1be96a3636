// SPDX-License-Identifier: GPL-3.0-or-later
// The colours, dashes and markers of the window: chosen for contrast and colour blindness, written down once.
#pragma once

#include "gui/models/state.h"

#include <QColor>
#include <QPalette>
#include <QPen>

#include <array>

class QPainter;

namespace openloop::gui {

/// The second cue of a series beside its colour.
enum class Marker { Circle, Square, Triangle, Diamond, TriangleDown, Cross };

/// How one target looks in every view.
struct SeriesStyle {
    QColor colour;
    Qt::PenStyle dash = Qt::SolidLine;
    Marker marker = Marker::Circle;
};

/// All colours of one scheme. Lines reach 3.8:1 against `surface`, states and text 5.4:1.
struct Palette {
    bool dark = false;
    QColor page; ///< behind the cards
    QColor surface; ///< cards, plots
    QColor raised; ///< buttons, hovered cards
    QColor border;
    QColor grid;
    QColor text;
    QColor muted; ///< labels of figures
    QColor accent;
    QColor onAccent; ///< text on `accent`
    QColor ok;
    QColor warn;
    QColor error;
    QColor control;
    std::array<QColor, 5> series;

    /// The style of the index-th target; from the sixth on, colours repeat with another dash and marker.
    SeriesStyle styleOf(std::size_t index) const;
    /// The style of the control probe.
    SeriesStyle controlStyle() const;
    QColor colourOf(State state) const;
    /// Of the phases of a request: waiting, DNS, TCP, TLS, first byte, body.
    std::array<QColor, 6> phases() const { return {muted, series[3], series[1], series[4], series[0], series[2]}; }
    /// The same colours for Qt's own widgets.
    QPalette toQPalette() const;
};

/// The light or the dark scheme; both live as long as the program.
const Palette &paletteFor(bool dark);

/// Paints a marker of `size` pixels around `centre`, filled with the painter's brush.
void paintMarker(QPainter &painter, Marker marker, QPointF centre, qreal size);
/// Paints the shape of a state (check disc, triangle, cross, ring, bars) around `centre` in its colour.
void paintState(QPainter &painter, const Palette &palette, State state, QPointF centre, qreal size);
/// Of a heatmap's cell. share: 0..1 of the scale, zero is not painted. Rare is pale and frequent is dark on white, and
/// the other way round on black.
QColor heatColour(double share, bool dark);
/// Copy of a colour with another opacity, 0..1.
QColor withAlpha(QColor colour, qreal alpha);
/// The colour as letters in it need to be on `ground`: away from that until their contrast is 4.5, as WCAG 2 counts it.
/// What is good enough for a line is too faint to be read.
QColor legible(const QColor &colour, const QColor &ground);

} // namespace openloop::gui
