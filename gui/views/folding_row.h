// SPDX-License-Identifier: GPL-3.0-or-later
// Two halves side by side where there is room, one above the other where the window is narrow.
#pragma once

#include <QWidget>

class QBoxLayout;
class QHBoxLayout;

namespace openloop::gui {

/// A row of widgets that folds in the middle. GUI thread.
class FoldingRow : public QWidget
{
    Q_OBJECT
public:
    FoldingRow(const QMargins &margins, int spacing, QWidget *parent = nullptr);

    QHBoxLayout &first() { return *m_first; }
    QHBoxLayout &second() { return *m_second; }
    /// Folds where it is narrower than so many pixels, whatever the halves ask for: for contents that change often.
    void setFoldsBelow(int width) { m_foldsBelow = width; }
    bool isFolded() const;
    QSize sizeHint() const override; ///< as wide as unfolded: who gets that much need not fold
    QSize minimumSizeHint() const override;

protected:
    void resizeEvent(QResizeEvent *event) override;
    bool event(QEvent *event) override;

private:
    int wholeWidth() const;
    bool folds(int width) const;
    void fold();

    int m_foldsBelow = 0; ///< 0: where the halves have no room
    QBoxLayout *m_both;
    QHBoxLayout *m_first;
    QHBoxLayout *m_second;
};

} // namespace openloop::gui
