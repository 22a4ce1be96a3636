// SPDX-License-Identifier: GPL-3.0-or-later
// A target at a glance: state, the p99 large enough for the other side of the room, figures and a sparkline.
#pragma once

#include "gui/models/figures/figures.h"
#include "gui/models/format.h"
#include "gui/theme/themed.h"

#include <QWidget>

namespace openloop::gui {

/// One card; shows what it is given. GUI thread.
class Card : public QWidget, public Themed
{
    Q_OBJECT
public:
    explicit Card(QWidget *parent = nullptr);

    void setSeriesStyle(const SeriesStyle &style);
    void setFigures(const TargetFigures &figures);
    const TargetFigures &figures() const { return m_figures; }
    /// The large figure and its label as shown: "0.912 ms", "p99".
    QString headline() const;
    QString headlineLabel() const;
    /// The line of small figures as shown.
    QList<std::pair<QString, QString>> details() const;
    bool isSelected() const { return m_selected; }
    void setSelected(bool selected);

    QSize sizeHint() const override { return {250, 84 + rowHeight * detailRows()}; }
    QSize minimumSizeHint() const override { return {220, 76 + rowHeight * detailRows()}; }

signals:
    /// Clicked, or Enter or Space while focused.
    void activated();

protected:
    void paintEvent(QPaintEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    static constexpr int rowHeight = 16; ///< of the small figures

    int detailRows() const;
    void paintTitle(QPainter &painter, const QRectF &area) const;
    void paintHeadline(QPainter &painter, const QRectF &area) const;
    void paintSparkline(QPainter &painter, const QRectF &area) const;
    void paintDetails(QPainter &painter, const QRectF &area) const;

    TargetFigures m_figures;
    SeriesStyle m_style;
    DurationUnit m_unit = DurationUnit::Milliseconds;
    bool m_selected = false;
};

} // namespace openloop::gui
