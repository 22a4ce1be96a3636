// SPDX-License-Identifier: GPL-3.0-or-later
// The whole session at a glance, with the visible range as a frame to drag.
#pragma once

#include "gui/models/figures/column_cache.h"
#include "gui/views/chart/strip.h"

namespace openloop::gui {

/// p99 of the first target over the whole session. GUI thread.
class Minimap : public Strip
{
    Q_OBJECT
public:
    Minimap(const Session &session, TimeWindow &window, QWidget *parent = nullptr);

    QSize sizeHint() const override { return {300, 40}; }
    QSize minimumSizeHint() const override { return {100, 40}; }

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;

private:
    QRectF area() const;
    double secondsAt(double pixel) const;
    double pixelAt(double seconds) const;
    double span() const;
    void centreOn(double seconds);

    ColumnCache m_cache;
    std::optional<double> m_pressed;
};

} // namespace openloop::gui
