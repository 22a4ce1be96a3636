// SPDX-License-Identifier: GPL-3.0-or-later
// The live chart: p50 line in its p50-p99 band, raw points, errors, SLO line and gaps of every target on one time axis.
#pragma once

#include "gui/models/figures/column_cache.h"
#include "gui/models/figures/time_window.h"
#include "gui/models/session.h"
#include "gui/views/chart/chart_key.h"
#include "gui/views/plot/view.h"

#include <QSet>

#include <functional>

namespace openloop::gui {

/// How the centre of the window shows latencies.
enum class ChartMode { Points, Heatmap, Histogram, Distribution, Phases };

constexpr int chartModes = 5;
constexpr bool isOverTime(ChartMode mode)
{
    return mode != ChartMode::Histogram && mode != ChartMode::Distribution;
}

/// Draws a session within a time window. Redraws when told to. GUI thread.
class LatencyChart : public QWidget, public Themed
{
    Q_OBJECT
public:
    LatencyChart(const Session &session, TimeWindow &window, QWidget *parent = nullptr);

    void setLogarithmic(bool logarithmic);
    bool isLogarithmic() const { return m_logarithmic; }
    void setMode(ChartMode mode);
    ChartMode mode() const { return m_mode; }
    /// Emphasises one target, the others are dimmed; empty: all alike.
    void setSelected(const QString &target);
    void setHidden(const QSet<QString> &targets);
    /// Fixes the latency axis, in ms; otherwise it follows what is shown.
    void setYRange(double from, double to);
    void refresh();
    const PlotView &plot() const { return *m_plot; }
    /// See PlotView::setRoomAtRight.
    void setRoomAtRight(int pixels) { m_plot->setRoomAtRight(pixels); }
    /// What the last refresh() shows.
    const KeyText &key() const { return m_key; }

signals:
    /// Clicked at a time and a latency.
    void pointClicked(double seconds, double milliseconds);

private:
    void recolour() override { refresh(); }
    void refreshPoints();
    void refreshHeatmap();
    void refreshHistogram();
    void refreshDistribution();
    void refreshPhases();
    /// A target that is to be seen, with its place among all.
    struct Shown {
        const probe::Target &target;
        const probe::Series &history;
        SeriesStyle style;
        bool dimmed = false; ///< another one is emphasised
    };
    std::vector<Shown> shown() const;
    static PlotSeries lineOf(const Shown &shown);
    QString shownAlone() const;
    /// Lines over latency instead of time; `fill` gives each its points. Up to `high` ms at least, with room behind it.
    void drawOverLatency(double high, double room,
                         const std::function<void(PlotSeries &, const probe::Statistics &)> &fill);
    void applyAxes();
    PlotSeries seriesFor(const probe::Series &history, ColumnCache &cache, double interval, const SeriesStyle &style);
    std::vector<PlotSpan> spans() const;
    void fitY(const std::vector<PlotSeries> &series, std::optional<double> limit);
    QString readoutAt(double x) const;
    /// The visible range in words.
    QString stretch() const;

    const Session &m_session;
    TimeWindow &m_window;
    PlotView *m_plot = nullptr;
    std::map<QString, ColumnCache> m_caches;
    QString m_selected;
    QSet<QString> m_hidden;
    KeyText m_key;
    ChartMode m_mode = ChartMode::Points;
    bool m_logarithmic = true;
    double m_lowY = 0.1, m_highY = 100;
    bool m_fixedY = false;
};

} // namespace openloop::gui
