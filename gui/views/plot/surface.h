// SPDX-License-Identifier: GPL-3.0-or-later
// What a plot view is made of: QCustomPlot with our layers, and the crosshair above it. Included by plot views only.
#pragma once

#include "gui/views/plot/layers.h"

#include <QPainter>
#include <QRubberBand>

namespace openloop::gui {

/// QCustomPlot with our layers, created once.
class PlotView::Plot : public QCustomPlot
{
public:
    explicit Plot(QWidget *parent) : QCustomPlot(parent)
    {
        setFocusPolicy(Qt::NoFocus); // a click is for the chart that it is in, which has a name
        setPlottingHints(QCP::phFastPolylines | QCP::phCacheLabels);
        axisRect()->setAutoMargins(QCP::msBottom);
        axisRect()->setMargins({leftMargin, 10, rightMargin, 0});
        axisRect()->setMinimumMargins({leftMargin, 10, rightMargin, 22});
        xAxis->grid()->setSubGridVisible(false);
        yAxis->grid()->setSubGridVisible(false);
        xAxis->setLabelPadding(1);
        yAxis->setLabelPadding(1); // beside its ticks' labels within the left margin
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
    SpanLabelLayer *spanLabels = new SpanLabelLayer(xAxis, yAxis);
    QCPItemText *limitLabel = new QCPItemText(this);
    QCPItemStraightLine *limit = new QCPItemStraightLine(this); // above the label, whose ground would hide half of it
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
        QRect box =
            painter.fontMetrics().boundingRect(QRect(0, 0, 400, 400), Qt::AlignLeft, text).adjusted(-8, -5, 8, 5);
        box.moveTopLeft({0, 0});
        const bool toTheLeft = at.x() + 14 + box.width() > area.right();
        box.moveLeft(static_cast<int>(at.x()) + (toTheLeft ? -14 - box.width() : 14));
        box.moveTop(std::clamp(static_cast<int>(at.y()) - box.height() - 10, area.top() + 4,
                               std::max(area.top() + 4, area.bottom() - box.height())));
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(colours->border);
        painter.setBrush(withAlpha(colours->raised, 0.95));
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5);
        painter.setPen(colours->text);
        painter.drawText(box.adjusted(8, 5, -8, -5), Qt::AlignLeft | Qt::AlignVCenter, text);
    }
};

} // namespace openloop::gui
