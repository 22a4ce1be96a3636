// SPDX-License-Identifier: GPL-3.0-or-later
// Sets up axes and layers, and draws them on the screen or on paper.
#include "gui/views/plot/view.h"

#include "gui/views/plot/surface.h"
#include "gui/views/plot/tickers.h"

#include <QVBoxLayout>

#include <utility>

namespace openloop::gui {

PlotView::PlotView(QWidget *parent)
    : QWidget(parent), m_plot(std::make_unique<Plot>(this)), m_overlay(new Overlay(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_plot.get());
    m_plot->installEventFilter(this);
    PlotView::recolour();
}

PlotView::~PlotView()
{
    // A dying plot still gets events, and by then it has no axes.
    m_plot->removeEventFilter(this);
}

void PlotView::recolour()
{
    const Palette &palette = colours();
    QFont font = this->font();
    font.setPointSizeF(font.pointSizeF() * 0.88);
    m_plot->dark = palette.dark;
    m_plot->setBackground(palette.surface);
    for (QCPAxis *axis : {m_plot->xAxis, m_plot->yAxis}) {
        axis->setBasePen(QPen(palette.border));
        axis->setTickPen(QPen(palette.border));
        axis->setSubTickPen(QPen(palette.grid));
        axis->setTickLabelColor(palette.muted);
        axis->setLabelColor(palette.muted);
        axis->setTickLabelFont(font);
        axis->setLabelFont(font);
        axis->grid()->setPen(QPen(palette.grid, 1));
        axis->grid()->setZeroLinePen(QPen(palette.grid, 1));
    }
    m_plot->series->background = palette.surface;
    for (SpanLayer *layer : {m_plot->spans, static_cast<SpanLayer *>(m_plot->spanLabels)}) {
        layer->gap = palette.muted;
        layer->load = palette.warn;
    }
    m_plot->spanLabels->background = palette.surface;
    m_plot->limit->setPen(QPen(palette.error, 1.2, Qt::DashLine));
    m_plot->limitLabel->setColor(palette.error);
    m_plot->limitLabel->setBrush(palette.surface);
    m_plot->limitLabel->setFont(font);
    m_overlay->colours = &palette;
}

void PlotView::setAxes(PlotAxis x, PlotAxis y)
{
    for (const auto &[axis, kind] : {std::pair(m_plot->xAxis, x), std::pair(m_plot->yAxis, y)}) {
        axis->setScaleType(isLogarithmic(kind) ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
        axis->setTicker(tickerFor(kind));
        axis->setSubTicks(axis == m_plot->yAxis && isLogarithmic(kind));
    }
    limitTicks();
}

void PlotView::limitTicks()
{
    constexpr int pixelsPerLabel = 120;
    m_plot->xAxis->ticker()->setTickCount(std::clamp((width() - leftMargin) / pixelsPerLabel, 2, 10));
    constexpr int pixelsPerLine = 36;
    m_plot->yAxis->ticker()->setTickCount(std::clamp(height() / pixelsPerLine, 2, 5));
}

void PlotView::setAxisLabels(const QString &x, const QString &y)
{
    m_plot->xAxis->setLabel(x);
    m_plot->yAxis->setLabel(y);
}

void PlotView::setSeries(std::vector<PlotSeries> series)
{
    m_plot->series->series = std::move(series);
    fitNames();
}

void PlotView::setNamesBeside(bool beside)
{
    m_plot->series->namesBeside = beside;
    fitNames();
}

int PlotView::rightSpace() const
{
    return m_plot->axisRect()->margins().right();
}

void PlotView::setRoomAtRight(int pixels)
{
    if (std::exchange(m_roomAtRight, pixels) != pixels)
        fitNames();
}

void PlotView::fitNames()
{
    int wanted = m_roomAtRight > width() / 4 ? rightMargin : std::max(rightMargin, m_roomAtRight);
    if (m_plot->series->namesBeside) {
        const QFontMetrics metrics(m_plot->font());
        for (const auto &one : m_plot->series->series)
            wanted = std::max(wanted,
                              one.name.isEmpty() ? 0
                                                 : metrics.horizontalAdvance(one.name) + 2 * SeriesLayer::besideGap
                                      + 3); // rounded twice
    }
    QMargins margins = m_plot->axisRect()->margins();
    margins.setRight(std::min(wanted, std::max(rightMargin, width() / 4)));
    m_plot->axisRect()->setMargins(margins);
}

void PlotView::setSpans(std::vector<PlotSpan> spans)
{
    m_plot->spanLabels->spans = spans;
    m_plot->spans->spans = std::move(spans);
}

void PlotView::setGrid(std::optional<PlotGrid> grid)
{
    m_plot->cells->setGrid(std::move(grid), m_plot->dark);
}

void PlotView::setLimitLine(std::optional<double> y, const QString &label)
{
    m_plot->limit->setVisible(y.has_value());
    m_plot->limitLabel->setVisible(y.has_value());
    if (!y)
        return;
    m_plot->limit->point1->setCoords(0, *y);
    m_plot->limit->point2->setCoords(1, *y);
    m_plot->limitLabel->position->setCoords(1, *y);
    m_plot->limitLabel->setText(label);
}

void PlotView::setXRange(double from, double to)
{
    m_plot->xAxis->setRange(from, to);
}

void PlotView::setYRange(double from, double to)
{
    m_plot->yAxis->setRange(from, to);
}

double PlotView::xAt(double pixel) const
{
    return m_plot->xAxis->pixelToCoord(pixel);
}

double PlotView::yAt(double pixel) const
{
    return m_plot->yAxis->pixelToCoord(pixel);
}

QPointF PlotView::pixelAt(double x, double y) const
{
    return {m_plot->xAxis->coordToPixel(x), m_plot->yAxis->coordToPixel(y)};
}

void PlotView::redraw()
{
    m_plot->replot(QCustomPlot::rpQueuedRefresh);
}

void PlotView::setReadout(const QString &text)
{
    m_overlay->text = text;
    m_overlay->update();
}

bool PlotView::savePng(const QString &path, int width, int height) const
{
    return m_plot->savePng(path, width, height, 2.0);
}

bool PlotView::savePdf(const QString &path, int width, int height) const
{
    return m_plot->savePdf(path, width, height, QCP::epNoCosmetic);
}

void PlotView::paintTo(QPaintDevice &device, int width, int height) const
{
    QCPPainter vector(&device);
    vector.setMode(QCPPainter::pmVectorized);
    m_plot->toPainter(&vector, width, height);
}

bool PlotView::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_plot.get()) {
        if (event->type() == QEvent::Resize) {
            m_overlay->setGeometry(rect());
            limitTicks();
            fitNames();
        }
        if (handleMouse(event))
            return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace openloop::gui
