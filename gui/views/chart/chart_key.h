// SPDX-License-Identifier: GPL-3.0-or-later
// What is shown, of whom and of when, and which colour means what: a line above the chart.
#pragma once

#include "gui/theme/themed.h"

#include <QWidget>

#include <vector>

namespace openloop::gui {

/// What the key of a chart says.
struct KeyText {
    struct Entry {
        QString name;
        QColor colour;
    };
    QString title; ///< "/health, last 1 min"; empty: the chart needs no key
    std::vector<Entry> entries; ///< colours and what they stand for
    double most = 0; ///< of a heatmap: requests in its fullest cell; 0: there is none
    QString cell; ///< of a heatmap: what one counts in, "0.5 s"
};

/// Paints it. GUI thread.
class ChartKey : public QWidget, public Themed
{
    Q_OBJECT
public:
    explicit ChartKey(QWidget *parent = nullptr);

    /// Hides it where there is nothing to say.
    void setText(const KeyText &text);
    const KeyText &text() const { return m_text; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {120, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    /// The width of the colours and their words.
    int neededWidth() const;
    int lineHeight() const { return fontMetrics().height() + 4; }
    QRect colourLine() const { return {0, m_tall ? lineHeight() : 0, width(), lineHeight()}; }
    void fold();
    int paintScale(QPainter &painter, int right) const;
    int paintEntries(QPainter &painter, int right) const;

    KeyText m_text;
    bool m_tall = false; ///< title and colours on lines of their own
};

} // namespace openloop::gui
