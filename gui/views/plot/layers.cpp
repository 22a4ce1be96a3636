// SPDX-License-Identifier: GPL-3.0-or-later
// See plot_layers.h: what stands behind the series.
#include "gui/views/plot/layers.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace openloop::gui {

namespace {

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

QRectF SpanLayer::placeOf(const PlotSpan &span) const
{
    const QRectF area = mKeyAxis->axisRect()->rect();
    const double from = std::max(area.left(), mKeyAxis->coordToPixel(span.from));
    const double to = std::min(area.right(), mKeyAxis->coordToPixel(span.to));
    return to <= from ? QRectF() : QRectF(from, area.top(), std::max(1.0, to - from), area.height());
}

void SpanLayer::draw(QCPPainter *painter)
{
    painter->setAntialiasing(false);
    for (const auto &span : spans) {
        const QRectF where = placeOf(span);
        if (where.isEmpty())
            continue;
        const bool isGap = span.kind == PlotSpan::Kind::Gap;
        painter->setPen(Qt::NoPen);
        painter->setBrush(isGap ? QBrush(withAlpha(gap, 0.5), Qt::BDiagPattern) : QBrush(withAlpha(load, 0.10)));
        painter->drawRect(where);
        if (isGap)
            continue;
        painter->setPen(QPen(withAlpha(load, 0.6), 1));
        painter->drawLine(where.topLeft(), where.bottomLeft());
    }
}

void SpanLabelLayer::draw(QCPPainter *painter)
{
    for (const auto &span : spans) {
        const QRectF where = placeOf(span);
        const QSizeF needed = painter->fontMetrics().size(Qt::TextSingleLine, span.label);
        if (span.label.isEmpty() || where.width() <= needed.width() + 12)
            continue;
        const QRectF box(QPointF(where.left() + 6, where.bottom() - 4 - needed.height()), needed);
        painter->fillRect(box.adjusted(-3, 0, 3, 0), withAlpha(background, 0.7));
        painter->setPen(span.kind == PlotSpan::Kind::Gap ? gap : load);
        painter->drawText(box, Qt::AlignCenter, span.label);
    }
}

void GridLayer::setGrid(std::optional<PlotGrid> grid, bool dark)
{
    m_grid = std::move(grid);
    m_image = {};
    if (!m_grid || m_grid->cells.empty())
        return;
    m_image = QImage(m_grid->columns, m_grid->rows, QImage::Format_ARGB32_Premultiplied);
    m_image.fill(Qt::transparent);
    const float most = std::max(1.0F, *std::max_element(m_grid->cells.begin(), m_grid->cells.end()));
    const double scale = std::log1p(most);
    for (int column = 0; column < m_grid->columns; ++column) {
        for (int row = 0; row < m_grid->rows; ++row) {
            const int cell = column * m_grid->rows + row;
            const float count = m_grid->cells[static_cast<std::size_t>(cell)];
            if (count <= 0)
                continue;
            const double share = std::log1p(count) / scale;
            // On white the scale runs the other way, so that rare is pale and frequent is dark in both schemes.
            m_image.setPixel(column, m_grid->rows - 1 - row, viridis(dark ? 0.12 + 0.88 * share : 1 - share));
        }
    }
}

void GridLayer::draw(QCPPainter *painter)
{
    if (m_image.isNull())
        return;
    painter->setRenderHint(QPainter::SmoothPixmapTransform, false);
    const QPointF topLeft(mKeyAxis->coordToPixel(m_grid->fromX), mValueAxis->coordToPixel(m_grid->toY));
    const QPointF bottomRight(mKeyAxis->coordToPixel(m_grid->toX), mValueAxis->coordToPixel(m_grid->fromY));
    painter->drawImage(QRectF(topLeft, bottomRight), m_image);
}

} // namespace openloop::gui
