// SPDX-License-Identifier: GPL-3.0-or-later
// See plot_layers.h: what stands behind the series.
#include "gui/views/plot/layers.h"

#include <algorithm>
#include <cmath>

namespace openloop::gui {

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
        painter->fillRect(box.adjusted(-3, 0, 3, 0), background);
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
            m_image.setPixel(column, m_grid->rows - 1 - row, heatColour(share, dark).rgb());
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
