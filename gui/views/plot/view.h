// SPDX-License-Identifier: GPL-3.0-or-later
// The one widget that knows QCustomPlot; every view with axes draws through it, with plain values.
#pragma once

#include "gui/theme/themed.h"

#include <QWidget>

#include <memory>
#include <optional>
#include <vector>

namespace openloop::gui {

/// One column of a band chart; the x value is the middle of the column.
struct PlotBucket {
    double x = 0;
    double line = 0; ///< p50
    double top = 0; ///< p99, or the maximum where there are too few for a p99
    bool breakBefore = false; ///< a gap: nothing is drawn between this bucket and the one before
};

/// What is drawn for one target: band, then points, then line with markers, then crosses.
struct PlotSeries {
    QString name;
    SeriesStyle style;
    std::vector<PlotBucket> buckets;
    std::vector<QPointF> points;
    std::vector<QPointF> crosses; ///< failures; x is when, y is ignored: they stand at the upper edge
    bool withBand = true;
    bool withMarkers = true;
    bool withLine = true;
    bool dimmed = false;
    double bandOpacity = 0.17;
    int markEvery = 24; ///< buckets
};

/// A stretch of the x axis that is shaded with its reason.
struct PlotSpan {
    enum class Kind { Gap, Load, Selection };
    double from = 0;
    double to = 0;
    QString label;
    Kind kind = Kind::Gap;
};

/// A grid of counts on a linear x axis and a logarithmic y axis.
struct PlotGrid {
    double fromX = 0, toX = 1;
    double fromY = 0.01, toY = 10000;
    int columns = 0, rows = 0;
    std::vector<float> cells; ///< column after column, lowest row first; 0 is background
};

/// How the axes read.
enum class PlotAxis {
    Time,
    Duration,
    DurationLog,
    Share,
    ShareLog,
    Doubling ///< logarithmic, whole numbers; 0 stands at `doublingZero`
};

/// Axes, series, spans and a crosshair. GUI thread; draws only on redraw().
class PlotView : public QWidget, public Themed
{
    Q_OBJECT
public:
    /// Pixels between the widget's edges and the axis rectangle, the same in all views that share an x axis; at the
    /// right at least so many.
    static constexpr int leftMargin = 66;
    static constexpr int rightMargin = 14;
    /// Where an axis of kind Doubling has its zero.
    static constexpr double doublingZero = 0.5;

    explicit PlotView(QWidget *parent = nullptr);
    ~PlotView() override;

    void setAxes(PlotAxis x, PlotAxis y);
    void setAxisLabels(const QString &x, const QString &y);
    /// Names of series stand beside the data, in a margin that fits them, instead of at the end of each line.
    void setNamesBeside(bool beside);
    /// Pixels at the right of the axis rectangle, names included.
    int rightSpace() const;
    /// Pixels that what stands below wants at the right of the plot, for names; kept free if they are a quarter at
    /// most.
    void setRoomAtRight(int pixels);
    /// Replaces all series; cheap to call ten times a second (values are moved in).
    void setSeries(std::vector<PlotSeries> series);
    void setSpans(std::vector<PlotSpan> spans);
    void setGrid(std::optional<PlotGrid> grid);
    /// A dashed horizontal line with a label at its right end; none without a value.
    void setLimitLine(std::optional<double> y, const QString &label);
    void setXRange(double from, double to);
    void setYRange(double from, double to);
    double xAt(double pixel) const;
    double yAt(double pixel) const;
    QPointF pixelAt(double x, double y) const;
    /// Paints now what was set since the last time.
    void redraw();
    /// A line under the pointer with this text beside it; an empty text hides it.
    void setReadout(const QString &text);

    /// Write what is shown; false when the file cannot be written.
    bool savePng(const QString &path, int width, int height) const;
    bool savePdf(const QString &path, int width, int height) const;
    /// Paints what is shown on another device, as vectors (SVG export). No painter may be active on it.
    void paintTo(QPaintDevice &device, int width, int height) const;

    QSize minimumSizeHint() const override { return {240, 120}; }

signals:
    /// The wheel was turned over x: below 1 zooms in.
    void zoomed(double factor, double x);
    /// Dragged: the content moves by this much along x.
    void panned(double deltaX);
    /// A range was drawn with Shift or the right button.
    void rangeSelected(double from, double to);
    void clicked(double x, double y);
    void doubleClicked();
    void hovered(double x, double y);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    class Plot;
    class Overlay;
    void recolour() override;
    bool handleMouse(QEvent *event);
    void moveTo(QPointF position);
    void releaseAt(QPointF position);
    void limitTicks();
    void fitNames();

    std::unique_ptr<Plot> m_plot;
    int m_roomAtRight = 0;
    Overlay *m_overlay = nullptr;
    std::optional<QPointF> m_pressedAt;
    QPointF m_lastDrag;
    bool m_dragged = false;
    bool m_selecting = false;
};

} // namespace openloop::gui
