// SPDX-License-Identifier: GPL-3.0-or-later
// Availability of every target on the chart's time axis: ok, degraded, down, not measured; a click jumps there.
#pragma once

#include "gui/models/figures/column_cache.h"
#include "gui/models/figures/time_window.h"
#include "gui/models/session.h"
#include "gui/views/plot/view.h"

#include <QWidget>

namespace openloop::gui {

/// One row per target. GUI thread.
class Timeline : public QWidget
{
    Q_OBJECT
public:
    Timeline(const Session &session, TimeWindow &window, QWidget *parent = nullptr);

    void setPalette(const Palette &palette);
    /// Pixels that the chart leaves free at its right.
    void setRightSpace(int pixels);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    bool event(QEvent *event) override;

private:
    struct Row {
        QString name;
        const std::map<qint64, ColumnCache::Column> *columns;
    };
    State stateOf(const QString &target, const ColumnCache::Column &column) const;
    void paintRow(QPainter &painter, const QString &name, int top);
    double width() const;
    double xToSeconds(double pixel) const;
    int rowHeight() const;

    const Session &m_session;
    TimeWindow &m_window;
    const Palette *m_palette = &paletteFor(false);
    int m_rightSpace = PlotView::rightMargin;
    std::map<QString, ColumnCache> m_caches;
};

} // namespace openloop::gui
