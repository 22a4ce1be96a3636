// SPDX-License-Identifier: GPL-3.0-or-later
// See plot_view.h.
#include "gui/views/plot_view.h"

#include "gui/views/plot_layers.h"
#include "gui/views/plot_tickers.h"

#include <QMouseEvent>
#include <QPainter>
#include <QRubberBand>
#include <QVBoxLayout>
#include <QWheelEvent>

#include <cmath>

namespace openloop::gui {

/// QCustomPlot with our layers, created once.
class PlotView::Plot : public QCustomPlot
{
public:
    explicit Plot(QWidget *parent) : QCustomPlot(parent)
    {
        setPlottingHints(QCP::phFastPolylines | QCP::phCacheLabels);
        axisRect()->setAutoMargins(QCP::msBottom);
        axisRect()->setMargins({leftMargin, 10, rightMargin, 0});
        axisRect()->setMinimumMargins({leftMargin, 10, rightMargin, 22});
        xAxis->grid()->setSubGridVisible(false);
        yAxis->grid()->setSubGridVisible(false);
        limit->setPen(QPen(Qt::black, 1.2, Qt::DashLine));
        limitLabel->setPositionAlignment(Qt::AlignRight | Qt::AlignBottom);
        limitLabel->setPadding({4, 1, 4, 2});
        limitLabel->position->setTypeX(QCPItemPosition::ptAxisRectRatio);
        limitLabel->position->setTypeY(QCPItemPosition::ptPlotCoords);
        limitLabel->position->setAxes(xAxis, yAxis);
        limit->setVisible(false);
        limitLabel->setVisible(false);
        setMouseTracking(true);
    }

    SpanLayer *spans = new SpanLayer(xAxis, yAxis);
    GridLayer *cells = new GridLayer(xAxis, yAxis);
    SeriesLayer *series = new SeriesLayer(xAxis, yAxis);
    QCPItemStraightLine *limit = new QCPItemStraightLine(this);
    QCPItemText *limitLabel = new QCPItemText(this);
    bool dark = false;
};

/// Crosshair, above the plot: moving it repaints a few lines and not the data.
class PlotView::Overlay : public QWidget
{
public:
    explicit Overlay(QWidget *parent) : QWidget(parent)
    {
        setAttribute(Qt::WA_TransparentForMouseEvents);
        setAttribute(Qt::WA_NoSystemBackground);
    }
    QPointF at;
    QRect area;
    QString text;
    const Palette *colours = &paletteFor(false);
    QRubberBand *band = new QRubberBand(QRubberBand::Rectangle, this);

protected:
    void paintEvent(QPaintEvent *) override
    {
        if (text.isEmpty() || !area.contains(at.toPoint()))
            return;
        QPainter painter(this);
        painter.setPen(QPen(withAlpha(colours->text, 0.45), 1, Qt::DotLine));
        painter.drawLine(QPointF(at.x(), area.top()), QPointF(at.x(), area.bottom()));
        painter.drawLine(QPointF(area.left(), at.y()), QPointF(area.right(), at.y()));
        QRect box = painter.fontMetrics().boundingRect(QRect(0, 0, 400, 400), Qt::AlignLeft, text).adjusted(-8, -5, 8, 5);
        box.moveTopLeft({0, 0});
        const bool toTheLeft = at.x() + 14 + box.width() > area.right();
        box.moveLeft(static_cast<int>(at.x()) + (toTheLeft ? -14 - box.width() : 14));
        box.moveTop(std::clamp(static_cast<int>(at.y()) - box.height() - 10, area.top() + 4, std::max(area.top() + 4, area.bottom() - box.height())));
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(colours->border);
        painter.setBrush(withAlpha(colours->raised, 0.95));
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5);
        painter.setPen(colours->text);
        painter.drawText(box.adjusted(8, 5, -8, -5), Qt::AlignLeft | Qt::AlignVCenter, text);
    }
};

PlotView::PlotView(QWidget *parent) : QWidget(parent), m_plot(std::make_unique<Plot>(this)), m_overlay(new Overlay(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_plot.get());
    m_plot->installEventFilter(this);
    setPalette(paletteFor(false));
}

PlotView::~PlotView()
{
    // A dying plot still gets events, and by then it has no axes.
    m_plot->removeEventFilter(this);
}

void PlotView::setPalette(const Palette &palette)
{
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
    m_plot->spans->gap = palette.muted;
    m_plot->spans->load = palette.warn;
    m_plot->spans->text = palette.muted;
    m_plot->limit->setPen(QPen(palette.error, 1.2, Qt::DashLine));
    m_plot->limitLabel->setColor(palette.error);
    m_plot->limitLabel->setBrush(withAlpha(palette.surface, 0.8));
    m_plot->limitLabel->setFont(font);
    m_overlay->colours = &paletteFor(palette.dark);
}

void PlotView::setAxes(PlotAxis x, PlotAxis y)
{
    for (const auto &[axis, kind] : {std::pair(m_plot->xAxis, x), std::pair(m_plot->yAxis, y)}) {
        axis->setScaleType(isLogarithmic(kind) ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
        axis->setTicker(tickerFor(kind));
        axis->setSubTicks(kind != PlotAxis::Time && axis == m_plot->yAxis && isLogarithmic(kind));
    }
    limitTicks();
}

void PlotView::limitTicks()
{
    constexpr int pixelsPerLabel = 120;
    m_plot->xAxis->ticker()->setTickCount(std::clamp((width() - leftMargin) / pixelsPerLabel, 2, 10));
}

void PlotView::setXLabel(const QString &label)
{
    m_plot->xAxis->setLabel(label);
}

void PlotView::setSeries(std::vector<PlotSeries> series)
{
    m_plot->series->series = std::move(series);
}

void PlotView::setSpans(std::vector<PlotSpan> spans)
{
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
        }
        if (handleMouse(event))
            return true;
    }
    return QWidget::eventFilter(watched, event);
}

bool PlotView::handleMouse(QEvent *event)
{
    const QRect area = m_plot->axisRect()->rect();
    switch (event->type()) {
    case QEvent::Wheel: {
        auto *wheel = static_cast<QWheelEvent *>(event);
        const double steps = wheel->angleDelta().y() / 120.0;
        if (steps != 0)
            emit zoomed(std::pow(0.8, steps), xAt(wheel->position().x()));
        return true;
    }
    case QEvent::MouseButtonPress: {
        auto *mouse = static_cast<QMouseEvent *>(event);
        m_pressedAt = m_lastDrag = mouse->position();
        m_dragged = false;
        m_selecting = mouse->button() == Qt::RightButton || mouse->modifiers().testFlag(Qt::ShiftModifier);
        return true;
    }
    case QEvent::MouseMove: {
        const QPointF position = static_cast<QMouseEvent *>(event)->position();
        m_overlay->at = position;
        m_overlay->area = area;
        if (m_pressedAt && ((position - *m_pressedAt).manhattanLength() > 4 || m_dragged)) {
            m_dragged = true;
            if (m_selecting) {
                m_overlay->band->setGeometry(QRect(QPoint(static_cast<int>(m_pressedAt->x()), area.top()),
                                                   QPoint(static_cast<int>(position.x()), area.bottom())).normalized());
                m_overlay->band->show();
            } else {
                emit panned(xAt(position.x()) - xAt(m_lastDrag.x()));
                m_lastDrag = position;
            }
        }
        if (area.contains(position.toPoint()))
            emit hovered(xAt(position.x()), yAt(position.y()));
        else
            setReadout({});
        return true;
    }
    case QEvent::MouseButtonRelease: {
        const QPointF position = static_cast<QMouseEvent *>(event)->position();
        m_overlay->band->hide();
        if (m_pressedAt && m_dragged && m_selecting)
            emit rangeSelected(std::min(xAt(m_pressedAt->x()), xAt(position.x())), std::max(xAt(m_pressedAt->x()), xAt(position.x())));
        else if (m_pressedAt && !m_dragged && area.contains(position.toPoint()))
            emit clicked(xAt(position.x()), yAt(position.y()));
        m_pressedAt.reset();
        return true;
    }
    case QEvent::MouseButtonDblClick:
        emit doubleClicked();
        return true;
    case QEvent::Leave:
        setReadout({});
        emit left();
        return false;
    default:
        return false;
    }
}

} // namespace openloop::gui
