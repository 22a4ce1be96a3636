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
    /// The stretch of time that they are of: "last 1 min".
    QString stretch() const;
    /// Why the figures are not what they seem, in a line of its own; mostly empty.
    QString note() const;
    /// The line of small figures as shown.
    QList<std::pair<QString, QString>> details() const;
    bool isSelected() const { return m_selected; }
    void setSelected(bool selected);

    QSize sizeHint() const override { return {250, 84 + rowHeight * rows()}; }
    QSize minimumSizeHint() const override { return {172, 76 + rowHeight * rows()}; }

signals:
    /// Clicked, or Enter or Space while focused.
    void activated();

protected:
    void paintEvent(QPaintEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    static constexpr int rowHeight = 16; ///< of the small figures

    int detailColumns() const { return width() < 240 ? 2 : 3; }
    /// "> 10.0 s" where requests timed out.
    QString durationText(double milliseconds, DurationUnit unit) const;
    int detailRows() const;
    int rows() const { return detailRows() + (note().isEmpty() ? 0 : 1); }
    /// Of words: where no answer comes, what was before it steps back, and can be read all the same.
    QColor inkOf(const QColor &usual) const;
    void paintTitle(QPainter &painter, const QRectF &area) const;
    void paintHeadline(QPainter &painter, const QRectF &area) const;
    void paintCause(QPainter &painter, const QRectF &area) const;
    void paintSparkline(QPainter &painter, const QRectF &area) const;
    void paintDetails(QPainter &painter, const QRectF &area) const;
    void paintNote(QPainter &painter, const QRectF &area) const;

    TargetFigures m_figures;
    SeriesStyle m_style;
    DurationUnit m_unit = DurationUnit::Milliseconds;
    bool m_selected = false;
};

} // namespace openloop::gui
