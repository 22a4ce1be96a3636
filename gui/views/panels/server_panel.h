// SPDX-License-Identifier: GPL-3.0-or-later
// What the service says about itself: loop lag, pool, queue, requests in flight, memory, and what somebody has chosen
// of its metrics.
#pragma once

#include "gui/models/watches/server_watch.h"
#include "gui/theme/themed.h"

#include <QFrame>

class QToolButton;

namespace openloop::gui {

/// Figures of a service with their last ten minutes, or why there are none. GUI thread.
class ServerPanel : public QFrame, public Themed
{
    Q_OBJECT
public:
    explicit ServerPanel(const ServerWatch &watch, QWidget *parent = nullptr);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

signals:
    /// Other figures are wanted.
    void chooseWanted();

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    /// One figure with its bar or its history.
    struct Figure {
        QString label;
        QString value;
        std::optional<double> share; ///< 0..1, drawn as a bar
        std::vector<double> history; ///< drawn as a line; negative: unknown
    };
    std::vector<Figure> figures() const;
    std::vector<Figure> knownFigures() const;
    QRectF contentArea() const;
    QFont labelFont() const;
    QFont valueFont() const;
    /// As many beside each other as can be read whole.
    int columnsFor(const std::vector<Figure> &shown) const;
    void describe();
    void paintFigure(QPainter &painter, const QRectF &cell, const Figure &figure) const;
    void paintHistory(QPainter &painter, const QRectF &area, const std::vector<double> &values) const;

    const ServerWatch &m_watch;
    QToolButton *m_choose;
};

} // namespace openloop::gui
