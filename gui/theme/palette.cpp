// SPDX-License-Identifier: GPL-3.0-or-later
// The colours of both schemes, and how markers and states are painted.
#include "gui/theme/palette.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <array>
#include <cmath>

namespace openloop::gui {

namespace {

Palette scheme(bool dark)
{
    const auto colour = [dark](QRgb light, QRgb night) { return QColor(dark ? night : light); };
    return {.dark = dark,
            .page = colour(0xF2F4F7, 0x0E1014),
            .surface = colour(0xFFFFFF, 0x16181D),
            .raised = colour(0xF7F8FA, 0x22262D),
            .border = colour(0xD5D9E0, 0x30353E),
            .grid = colour(0xE6E9EE, 0x262A31),
            .text = colour(0x1B1E23, 0xE7EAEE),
            .muted = colour(0x565D68, 0x9BA3AF),
            .accent = colour(0x0072B2, 0x56B4E9),
            .onAccent = colour(0xFFFFFF, 0x0E1014),
            .ok = colour(0x00795A, 0x2FC79B),
            .warn = colour(0x8F6200, 0xF0C05A),
            .error = colour(0xB3261E, 0xFF8A80),
            .control = colour(0x595F69, 0xA7ADB8),
            .series = {colour(0x0072B2, 0x56B4E9), colour(0xB07800, 0xE69F00), colour(0x00795A, 0x2FC79B),
                       colour(0xA8558A, 0xE6A3CB), colour(0xC04A00, 0xFF8A4C)}};
}

QPolygonF polygonAround(QPointF centre, qreal size, std::initializer_list<QPointF> corners)
{
    QPolygonF polygon;
    for (const QPointF &corner : corners)
        polygon << centre + corner * (size / 2);
    return polygon;
}

void paintStroke(QPainter &painter, const QColor &colour, qreal width, std::initializer_list<QPointF> points)
{
    painter.setPen(QPen(colour, width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPolyline(QPolygonF(QList<QPointF>(points)));
}

/// Viridis at 0..1, from its published polynomial fit's anchor colours.
QRgb viridis(double value)
{
    static constexpr std::array<QRgb, 9> anchors{0xff440154, 0xff472d7b, 0xff3b528b, 0xff2c728e, 0xff21918c,
                                                 0xff28ae80, 0xff5ec962, 0xffaddc30, 0xfffde725};
    const double position = std::clamp(value, 0.0, 1.0) * (anchors.size() - 1);
    const auto index = std::min(static_cast<std::size_t>(position), anchors.size() - 2);
    const double rest = position - static_cast<double>(index);
    const auto mix = [&](int a, int b) { return static_cast<int>(std::lround(a + (b - a) * rest)); };
    const QRgb from = anchors[index];
    const QRgb to = anchors[index + 1];
    return qRgb(mix(qRed(from), qRed(to)), mix(qGreen(from), qGreen(to)), mix(qBlue(from), qBlue(to)));
}

} // namespace

SeriesStyle Palette::styleOf(std::size_t index) const
{
    static constexpr std::array dashes{Qt::SolidLine, Qt::DashLine, Qt::DashDotLine, Qt::DotLine, Qt::DashDotDotLine};
    static constexpr std::array markers{Marker::Circle, Marker::Square, Marker::Triangle, Marker::Diamond,
                                        Marker::TriangleDown};
    const auto turn = index / series.size();
    return {series[index % series.size()], dashes[(index + turn) % dashes.size()],
            markers[(index + turn) % markers.size()]};
}

SeriesStyle Palette::controlStyle() const
{
    return {control, Qt::DotLine, Marker::Cross};
}

QColor Palette::colourOf(State state) const
{
    switch (state) {
    case State::Ok: return ok;
    case State::Degraded: return warn;
    case State::Down: return error;
    case State::Unknown:
    case State::Stale:
    case State::Paused: break;
    }
    return muted;
}

QPalette Palette::toQPalette() const
{
    QPalette result;
    const auto set = [&result](QPalette::ColorRole role, const QColor &colour) { result.setColor(role, colour); };
    set(QPalette::Window, page);
    set(QPalette::WindowText, text);
    set(QPalette::Base, surface);
    set(QPalette::AlternateBase, raised);
    set(QPalette::Text, text);
    set(QPalette::Button, raised);
    set(QPalette::ButtonText, text);
    set(QPalette::BrightText, error);
    set(QPalette::PlaceholderText, muted);
    set(QPalette::Highlight, accent);
    set(QPalette::HighlightedText, onAccent);
    set(QPalette::Link, accent);
    set(QPalette::LinkVisited, accent);
    set(QPalette::ToolTipBase, raised);
    set(QPalette::ToolTipText, text);
    set(QPalette::Light, dark ? raised.lighter(120) : surface);
    set(QPalette::Midlight, raised);
    set(QPalette::Mid, border);
    set(QPalette::Dark, border.darker(dark ? 120 : 110));
    set(QPalette::Shadow, dark ? QColor(Qt::black) : border.darker(130));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        result.setColor(QPalette::Disabled, role, withAlpha(muted, 0.6));
    return result;
}

const Palette &paletteFor(bool dark)
{
    static const Palette light = scheme(false);
    static const Palette night = scheme(true);
    return dark ? night : light;
}

void paintMarker(QPainter &painter, Marker marker, QPointF centre, qreal size)
{
    const qreal half = size / 2;
    switch (marker) {
    case Marker::Circle: painter.drawEllipse(centre, half, half); break;
    case Marker::Square:
        painter.drawRect(QRectF(centre.x() - half * 0.9, centre.y() - half * 0.9, size * 0.9, size * 0.9));
        break;
    case Marker::Triangle:
        painter.drawPolygon(polygonAround(centre, size, {{0, -1.1}, {1.05, 0.8}, {-1.05, 0.8}}));
        break;
    case Marker::Diamond:
        painter.drawPolygon(polygonAround(centre, size, {{0, -1.2}, {1.2, 0}, {0, 1.2}, {-1.2, 0}}));
        break;
    case Marker::TriangleDown:
        painter.drawPolygon(polygonAround(centre, size, {{0, 1.1}, {1.05, -0.8}, {-1.05, -0.8}}));
        break;
    case Marker::Cross:
        painter.drawLine(centre - QPointF(half, half), centre + QPointF(half, half));
        painter.drawLine(centre - QPointF(half, -half), centre + QPointF(half, -half));
        break;
    }
}

void paintState(QPainter &painter, const Palette &palette, State state, QPointF centre, qreal size)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor colour = palette.colourOf(state);
    const qreal half = size / 2;
    const auto at = [&](qreal x, qreal y) { return centre + QPointF(x, y) * half; };
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    switch (state) {
    case State::Ok:
        painter.drawEllipse(centre, half, half);
        painter.setBrush(Qt::NoBrush);
        paintStroke(painter, palette.surface, size / 8, {at(-0.45, 0.02), at(-0.1, 0.38), at(0.48, -0.35)});
        break;
    case State::Degraded:
        painter.drawPolygon(polygonAround(centre, size, {{0, -1}, {1.1, 0.9}, {-1.1, 0.9}}));
        paintStroke(painter, palette.surface, size / 8, {at(0, -0.3), at(0, 0.25)});
        paintStroke(painter, palette.surface, size / 8, {at(0, 0.62), at(0, 0.63)});
        break;
    case State::Down:
        painter.drawRoundedRect(QRectF(at(-0.95, -0.95), at(0.95, 0.95)), size / 6, size / 6);
        paintStroke(painter, palette.surface, size / 7, {at(-0.45, -0.45), at(0.45, 0.45)});
        paintStroke(painter, palette.surface, size / 7, {at(-0.45, 0.45), at(0.45, -0.45)});
        break;
    case State::Paused:
        painter.drawRect(QRectF(at(-0.7, -0.8), at(-0.2, 0.8)));
        painter.drawRect(QRectF(at(0.2, -0.8), at(0.7, 0.8)));
        break;
    case State::Unknown:
    case State::Stale:
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(colour, size / 8, state == State::Stale ? Qt::DotLine : Qt::SolidLine));
        painter.drawEllipse(centre, half * 0.85, half * 0.85);
        break;
    }
    painter.restore();
}

QColor heatColour(double share, bool dark)
{
    return viridis(dark ? 0.12 + 0.88 * share : 1 - share);
}

QColor withAlpha(QColor colour, qreal alpha)
{
    colour.setAlphaF(static_cast<float>(alpha));
    return colour;
}

namespace {

double luminance(const QColor &colour)
{
    const auto linear = [](double share) {
        return share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
}

QColor mixed(const QColor &colour, const QColor &other, float share)
{
    const auto part = [share](float a, float b) { return a * (1 - share) + b * share; };
    return QColor::fromRgbF(part(colour.redF(), other.redF()), part(colour.greenF(), other.greenF()),
                            part(colour.blueF(), other.blueF()));
}

} // namespace

QColor legible(const QColor &colour, const QColor &ground)
{
    constexpr double enough = 4.55; // above 4.5 after rounding to bytes
    constexpr int steps = 20;
    const double behind = luminance(ground);
    const QColor away = behind > 0.18 ? Qt::black : Qt::white;
    const QColor seen = mixed(ground, colour, colour.alphaF());
    for (int step = 0; step < steps; ++step) {
        const QColor tried = mixed(seen, away, static_cast<float>(step) / steps);
        const double own = luminance(tried);
        if ((std::max(own, behind) + 0.05) / (std::min(own, behind) + 0.05) >= enough)
            return tried;
    }
    return away;
}

} // namespace openloop::gui
