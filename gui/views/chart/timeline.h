// SPDX-License-Identifier: GPL-3.0-or-later
// Availability of every target on the chart's time axis: ok, degraded, down, not measured; a click jumps there.
#pragma once

#include "gui/models/figures/column_cache.h"
#include "gui/views/chart/strip.h"

namespace openloop::gui {

/// One row per target. GUI thread.
class Timeline : public Strip
{
    Q_OBJECT
public:
    Timeline(const Session &session, TimeWindow &window, QWidget *parent = nullptr);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }
    /// Pixels at the right in which each target's whole name has room.
    int roomForNames() const;

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    bool event(QEvent *event) override;

private:
    State stateOf(const QString &target, const ColumnCache::Column &column) const;
    void paintRow(QPainter &painter, const QString &name, int top);
    double width() const;
    double xToSeconds(double pixel) const;
    QRectF names() const; ///< where the targets are named: at the side that has more room
    int rowHeight() const;

    std::map<QString, ColumnCache> m_caches;
};

} // namespace openloop::gui
