// SPDX-License-Identifier: GPL-3.0-or-later
// Tries its texts, one after another, whenever its width or its font is another one.
#include "gui/views/fitting_label.h"

#include <QEvent>

namespace openloop::gui {

FittingLabel::FittingLabel(QWidget *parent) : QLabel(parent)
{
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
}

void FittingLabel::setTexts(const QStringList &texts)
{
    m_texts = texts;
    fit();
}

void FittingLabel::resizeEvent(QResizeEvent *event)
{
    QLabel::resizeEvent(event);
    fit();
}

void FittingLabel::changeEvent(QEvent *event)
{
    QLabel::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        fit();
}

void FittingLabel::fit()
{
    for (const QString &text : std::as_const(m_texts)) {
        setText(text);
        if (sizeHint().width() <= width())
            return;
    }
    clear();
}

} // namespace openloop::gui
