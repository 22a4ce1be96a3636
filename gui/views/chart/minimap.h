// SPDX-License-Identifier: GPL-3.0-or-later
// The whole session at a glance, with the visible range as a frame to drag.
#pragma once

#include "gui/models/figures/column_cache.h"
#include "gui/models/figures/time_window.h"
#include "gui/models/session.h"
#include "gui/views/plot/view.h"

#include <QWidget>

namespace openloop::gui {

/// p99 of the first target over the whole session. GUI thread.
class Minimap : public QWidget
{
    Q_OBJECT
public:
    Minimap(const Session &session, TimeWindow &window, QWidget *parent = nullptr);

    void setPalette(const Palette &palette);
    /// Pixels that the chart leaves free at its right.
    void setRightSpace(int pixels);
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

    const Session &m_session;
    TimeWindow &m_window;
    const Palette *m_palette = &paletteFor(false);
    int m_rightSpace = PlotView::rightMargin;
    ColumnCache m_cache;
    QString m_cached;
    std::optional<double> m_pressed;
};

} // namespace openloop::gui
