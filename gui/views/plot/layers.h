// SPDX-License-Identifier: GPL-3.0-or-later
// How series, shaded spans and grids of counts are painted on QCustomPlot's axes. Included by plot views only.
#pragma once

#include "gui/views/plot/custom_plot.h"
#include "gui/views/plot/view.h"

namespace openloop::gui {

/// Base of our plottables: they take no part in QCustomPlot's selection or auto-ranging.
class PlainPlottable : public QCPAbstractPlottable
{
public:
    using QCPAbstractPlottable::QCPAbstractPlottable;
    double selectTest(const QPointF &, bool, QVariant *) const override { return -1; }
    QCPRange getKeyRange(bool &found, QCP::SignDomain) const override { return nothing(found); }
    QCPRange getValueRange(bool &found, QCP::SignDomain, const QCPRange &) const override { return nothing(found); }

protected:
    void drawLegendIcon(QCPPainter *, const QRectF &) const override { }

private:
    static QCPRange nothing(bool &found)
    {
        found = false;
        return {};
    }
};

/// Bands, points, lines and crosses of all series, in that order, so that no band hides another target's line.
class SeriesLayer : public PlainPlottable
{
public:
    using PlainPlottable::PlainPlottable;
    static constexpr int besideGap = 7; ///< pixels between the data and a name beside it
    std::vector<PlotSeries> series;
    QColor background;
    bool namesBeside = false;

protected:
    void draw(QCPPainter *painter) override;

private:
    void drawBand(QCPPainter *painter, const PlotSeries &one) const;
    void drawPoints(QCPPainter *painter);
    void drawVectorPoints(QCPPainter *painter, const PlotSeries &one) const;
    void drawLine(QCPPainter *painter, const PlotSeries &one) const;
    void drawMarkers(QCPPainter *painter, const PlotSeries &one) const;
    void drawCrosses(QCPPainter *painter, const PlotSeries &one) const;
    void drawNames(QCPPainter *painter) const;
    QRectF placeOfName(const PlotSeries &one, double y, int width, double height) const;
    static double nameHeight(const PlotSeries &one);
    QPointF pixel(double x, double y) const;

    QImage m_points; ///< kept between frames for its memory
    bool m_unclipped = false; ///< SVG knows no clipping: nothing may be drawn outside
};

/// Hatched gaps and shaded loads.
class SpanLayer : public PlainPlottable
{
public:
    using PlainPlottable::PlainPlottable;
    std::vector<PlotSpan> spans;
    QColor gap, load;

protected:
    void draw(QCPPainter *painter) override;
    /// What of a span is visible, in pixels; empty: nothing.
    QRectF placeOf(const PlotSpan &span) const;
};

/// Their labels, above the series.
class SpanLabelLayer : public SpanLayer
{
public:
    using SpanLayer::SpanLayer;
    QColor background;

protected:
    void draw(QCPPainter *painter) override;
};

/// A heatmap: viridis over counts, zero stays background.
class GridLayer : public PlainPlottable
{
public:
    using PlainPlottable::PlainPlottable;
    /// Takes the counts and renders them once; drawing then costs the same for any number of samples.
    void setGrid(std::optional<PlotGrid> grid, bool dark);

protected:
    void draw(QCPPainter *painter) override;

private:
    std::optional<PlotGrid> m_grid;
    QImage m_image;
};

} // namespace openloop::gui
