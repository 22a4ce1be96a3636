// SPDX-License-Identifier: GPL-3.0-or-later
// Asks the halves how wide they want to be, and turns the layout.
#include "gui/views/folding_row.h"

#include <QBoxLayout>
#include <QEvent>

#include <algorithm>

namespace openloop::gui {

FoldingRow::FoldingRow(const QMargins &margins, int spacing, QWidget *parent)
    : QWidget(parent), m_both(new QBoxLayout(QBoxLayout::LeftToRight, this)), m_first(new QHBoxLayout),
      m_second(new QHBoxLayout)
{
    m_both->setContentsMargins(margins);
    for (auto *one : {static_cast<QBoxLayout *>(m_first), static_cast<QBoxLayout *>(m_second), m_both})
        one->setSpacing(spacing);
    m_both->addLayout(m_first, 1);
    m_both->addLayout(m_second);
}

bool FoldingRow::isFolded() const
{
    return m_both->direction() == QBoxLayout::TopToBottom;
}

bool FoldingRow::folds(int width) const
{
    return width < (m_foldsBelow > 0 ? m_foldsBelow : wholeWidth());
}

int FoldingRow::wholeWidth() const
{
    const auto margins = m_both->contentsMargins();
    return m_first->sizeHint().width() + m_both->spacing() + m_second->sizeHint().width() + margins.left()
        + margins.right();
}

QSize FoldingRow::sizeHint() const
{
    return {wholeWidth(), m_both->sizeHint().height()};
}

QSize FoldingRow::minimumSizeHint() const
{
    const auto margins = m_both->contentsMargins();
    const int widest = std::max(m_first->minimumSize().width(), m_second->minimumSize().width());
    return {widest + margins.left() + margins.right(), m_both->minimumSize().height()};
}

void FoldingRow::fold()
{
    const auto wanted = folds(width()) ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight;
    if (wanted == m_both->direction())
        return;
    m_both->setDirection(wanted);
    updateGeometry();
}

void FoldingRow::resizeEvent(QResizeEvent *event)
{
    fold();
    QWidget::resizeEvent(event);
}

bool FoldingRow::event(QEvent *event)
{
    if (event->type() == QEvent::LayoutRequest) // what stands in it has changed
        fold();
    return QWidget::event(event);
}

} // namespace openloop::gui
