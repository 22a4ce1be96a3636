// SPDX-License-Identifier: GPL-3.0-or-later
// See plot_layers.h. Fills and points are drawn without antialiasing: that is four fifths of a frame's cost.
#include "gui/views/plot/layers.h"

#include "gui/views/plot/dasher.h"

#include <algorithm>
#include <cmath>

namespace openloop::gui {

namespace {

/// Runs of buckets between gaps.
template <typename Visit>
void forEachRun(const std::vector<PlotBucket> &buckets, Visit visit)
{
    for (auto begin = buckets.begin(); begin != buckets.end();) {
        const auto end = std::find_if(std::next(begin), buckets.end(), [](const auto &b) { return b.breakBefore; });
        visit(begin, end);
        begin = end;
    }
}

} // namespace

QPointF SeriesLayer::pixel(double x, double y) const
{
    const auto *values = mValueAxis.data();
    // Zero has no place on a logarithmic axis: it stands below the lower edge.
    const bool outside = values->scaleType() == QCPAxis::stLogarithmic && y <= 0;
    const double across = mKeyAxis->coordToPixel(x);
    const QRectF area = mKeyAxis->axisRect()->rect();
    return {m_unclipped ? std::clamp(across, area.left(), area.right()) : across,
            values->coordToPixel(outside ? values->range().lower / 2 : y)};
}

void SeriesLayer::draw(QCPPainter *painter)
{
    m_unclipped = painter->modes().testFlag(QCPPainter::pmVectorized);
    painter->setAntialiasing(false);
    for (const auto &one : series)
        drawBand(painter, one);
    if (m_unclipped) {
        for (const auto &one : series)
            drawVectorPoints(painter, one);
    } else {
        drawPoints(painter);
    }
    painter->setAntialiasing(true);
    for (const auto &one : series)
        drawLine(painter, one);
    for (const auto &one : series)
        drawMarkers(painter, one);
    for (const auto &one : series)
        drawCrosses(painter, one);
    drawNames(painter);
}

void SeriesLayer::drawBand(QCPPainter *painter, const PlotSeries &one) const
{
    if (!one.withBand)
        return;
    painter->setPen(Qt::NoPen);
    painter->setBrush(withAlpha(one.style.colour, one.dimmed ? 0.07 : one.bandOpacity));
    forEachRun(one.buckets, [&](auto begin, auto end) {
        QPolygonF polygon;
        polygon.reserve(2 * (end - begin));
        for (auto it = begin; it != end; ++it)
            polygon << pixel(it->x, it->top);
        for (auto it = end; it != begin;) {
            --it;
            polygon << pixel(it->x, it->line);
        }
        painter->drawPolygon(polygon);
    });
}

void SeriesLayer::drawPoints(QCPPainter *painter)
{
    // Straight into an image: QPainter spends two microseconds on a point, this ten nanoseconds.
    const QRect area = mKeyAxis->axisRect()->rect();
    const qreal ratio = painter->device()->devicePixelRatioF();
    const QSize size = (QSizeF(area.size()) * ratio).toSize();
    if (size.isEmpty())
        return;
    if (m_points.size() != size)
        m_points = QImage(size, QImage::Format_ARGB32_Premultiplied);
    m_points.fill(Qt::transparent);
    const bool logarithmic = mValueAxis->scaleType() == QCPAxis::stLogarithmic;
    const auto scaled = [logarithmic](double value) { return logarithmic ? std::log(std::max(value, 1e-9)) : value; };
    const QCPRange keys = mKeyAxis->range();
    const double bottom = scaled(mValueAxis->range().lower);
    const double perX = size.width() / keys.size();
    const double perY = size.height() / (scaled(mValueAxis->range().upper) - bottom);
    const int dot = std::max(2, static_cast<int>(2 * ratio));
    for (const auto &one : series) {
        const QRgb colour = qPremultiply(withAlpha(one.style.colour, one.dimmed ? 0.25 : 0.6).rgba());
        for (const auto &point : one.points) {
            const int left = static_cast<int>((point.x() - keys.lower) * perX) - dot / 2;
            const int top = size.height() - static_cast<int>((scaled(point.y()) - bottom) * perY) - dot / 2;
            if (left < 0 || top < 0 || left + dot > size.width() || top + dot > size.height())
                continue;
            for (int y = top; y < top + dot; ++y) {
                auto *line = reinterpret_cast<QRgb *>(m_points.scanLine(y));
                std::fill_n(line + left, dot, colour);
            }
        }
    }
    painter->drawImage(QRectF(area), m_points);
}

void SeriesLayer::drawVectorPoints(QCPPainter *painter, const PlotSeries &one) const
{
    painter->setPen(QPen(withAlpha(one.style.colour, one.dimmed ? 0.25 : 0.6), 2, Qt::SolidLine, Qt::SquareCap));
    QList<QPointF> pixels;
    pixels.reserve(static_cast<qsizetype>(one.points.size()));
    for (const auto &point : one.points) {
        if (mKeyAxis->range().contains(point.x()))
            pixels << pixel(point.x(), point.y());
    }
    painter->drawPoints(pixels.constData(), static_cast<int>(pixels.size()));
}

void SeriesLayer::drawLine(QCPPainter *painter, const PlotSeries &one) const
{
    if (!one.withLine)
        return;
    constexpr double width = 1.8;
    // Dashed by hand and line by line: the stroker of a dashed polyline costs five times as much.
    painter->setPen(QPen(withAlpha(one.style.colour, one.dimmed ? 0.5 : 1), width, Qt::SolidLine, Qt::SquareCap));
    painter->setBrush(Qt::NoBrush);
    const auto pattern = dashesOf(one.style.dash);
    QList<QLineF> lines;
    forEachRun(one.buckets, [&](auto begin, auto end) {
        if (std::next(begin) == end)
            return painter->drawPoint(pixel(begin->x, begin->line));
        Dasher dasher(pattern, width, lines);
        for (auto it = begin; it != end; ++it)
            dasher.lineTo(pixel(it->x, it->line));
    });
    painter->drawLines(lines);
}

void SeriesLayer::drawMarkers(QCPPainter *painter, const PlotSeries &one) const
{
    if (!one.withMarkers || !one.withLine || one.buckets.empty())
        return;
    painter->setPen(QPen(one.style.colour, 1.4));
    painter->setBrush(one.style.colour);
    // Bound to the bucket's own x: a marker travels with its data instead of flickering from bucket to bucket.
    const double width = one.buckets.size() > 1
        ? (one.buckets.back().x - one.buckets.front().x) / static_cast<double>(one.buckets.size() - 1)
        : 1;
    for (const auto &bucket : one.buckets) {
        const auto index = static_cast<qint64>(std::floor(bucket.x / width));
        if (index % one.markEvery == 0 || one.buckets.size() < 4)
            paintMarker(*painter, one.style.marker, pixel(bucket.x, bucket.line), 7);
    }
}

void SeriesLayer::drawCrosses(QCPPainter *painter, const PlotSeries &one) const
{
    const QRectF area = mKeyAxis->axisRect()->rect();
    double lastX = -1000;
    painter->setAntialiasing(false);
    for (const auto &cross : one.crosses) {
        const double x = mKeyAxis->coordToPixel(cross.x());
        if (x - lastX < 3)
            continue;
        lastX = x;
        painter->setPen(QPen(one.style.colour, 2));
        const double y = area.top() + 9 + cross.y() * 9;
        painter->drawLine(QLineF(x - 3, y - 3, x + 3, y + 3));
        painter->drawLine(QLineF(x - 3, y + 3, x + 3, y - 3));
    }
}

/// A line is named at its end, an area in its middle.
double SeriesLayer::nameHeight(const PlotSeries &one)
{
    const auto &last = one.buckets.back();
    return one.withLine ? last.line : (last.line + last.top) / 2;
}

QRectF SeriesLayer::placeOfName(const PlotSeries &one, double y, int width, double height) const
{
    const QRectF area = mKeyAxis->axisRect()->rect();
    if (namesBeside)
        return {area.right() + besideGap, y - height / 2, double(width), height};
    const double right = std::max(std::min(area.right() - 5, pixel(one.buckets.back().x, 1).x() + width / 2.0),
                                  area.left() + 5 + width); // a line that ends early is named in the picture, too
    return {right - width, y - height / 2, double(width), height};
}

void SeriesLayer::drawNames(QCPPainter *painter) const
{
    // At the height of each line's end, pushed apart where they would cover each other.
    std::vector<std::pair<double, const PlotSeries *>> places;
    const QRectF area = mKeyAxis->axisRect()->rect();
    for (const auto &one : series) {
        if (!one.buckets.empty() && !one.name.isEmpty())
            places.emplace_back(std::clamp(pixel(0, nameHeight(one)).y() - (one.withLine && !namesBeside ? 10 : 0),
                                           area.top() + 8, area.bottom() - 8),
                                &one);
    }
    std::ranges::sort(places, {}, [](const auto &place) { return place.first; });
    const double height = painter->fontMetrics().height();
    if (const auto fitting = std::size_t(area.height() / height); places.size() > fitting)
        places.resize(fitting, {}); // the highest are named
    double lowest = area.top();
    for (auto &[y, one] : places) {
        y = std::max(y, lowest + height / 2);
        lowest = y + height / 2;
    }
    double highest = area.bottom();
    for (auto place = places.rbegin(); place != places.rend(); ++place) {
        place->first = std::min(place->first, highest - height / 2);
        highest = place->first - height / 2;
    }
    const int room =
        namesBeside ? mKeyAxis->axisRect()->margins().right() - 2 * besideGap : mKeyAxis->axisRect()->width() / 3;
    if (namesBeside)
        painter->setClipRect(area.adjusted(0, 0, room + 2 * besideGap, 0)); // the axes clip to their own rectangle
    for (const auto &[y, one] : places) {
        const QString name = painter->fontMetrics().elidedText(one->name, Qt::ElideRight, room);
        const QRectF box = placeOfName(*one, y, painter->fontMetrics().horizontalAdvance(name), height);
        if (!namesBeside)
            painter->fillRect(box.adjusted(-3, 1, 3, -1), background); // through which an area would dim it
        painter->setPen(legible(withAlpha(one->style.colour, one->dimmed ? 0.7 : 1), background));
        painter->drawText(box, Qt::AlignCenter | Qt::TextDontClip, name);
    }
}

} // namespace openloop::gui
