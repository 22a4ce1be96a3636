// SPDX-License-Identifier: GPL-3.0-or-later
// Lets the fields grow with their text, and closes only once the text was taken.
#include "gui/views/dialogs/paste_dialog.h"

#include "gui/views/dialogs/buttons.h"

#include <QDialogButtonBox>
#include <QKeyEvent>
#include <QLabel>
#include <QScreen>
#include <QTextBlock>
#include <QVBoxLayout>

#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

WholeText::WholeText(int leastLines, QWidget *parent) : QPlainTextEdit(parent), m_leastLines(leastLines)
{
    setTabChangesFocus(true);
    setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    connect(this, &QPlainTextEdit::textChanged, this, &WholeText::fit);
    fit();
}

void WholeText::keyPressEvent(QKeyEvent *event)
{
    const bool isReturn = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (isReturn && !(event->modifiers() & ~Qt::KeypadModifier) && !isReadOnly()
        && !textCursor().block().text().endsWith(u'\\'))
        emit entered();
    else
        QPlainTextEdit::keyPressEvent(event);
}

void WholeText::resizeEvent(QResizeEvent *event)
{
    QPlainTextEdit::resizeEvent(event);
    fit();
}

void WholeText::fit()
{
    const double line = fontMetrics().lineSpacing();
    const double lines = std::max<double>(m_leastLines, document()->size().height()); // the layout counts in lines
    const auto margins = contentsMargins();
    const double around = 3 * document()->documentMargin() + margins.top() + margins.bottom() + 2 * frameWidth();
    const int most = screen()->availableSize().height() / 2;
    const int needed = static_cast<int>(std::ceil(lines * line + around));
    // A bar that comes and goes would take room from the lines, which would bring it back.
    setVerticalScrollBarPolicy(needed > most ? Qt::ScrollBarAlwaysOn : Qt::ScrollBarAlwaysOff);
    setFixedHeight(std::min(needed, most));
}

PasteDialog::PasteDialog(const QString &title, const QString &wanted, const QString &text, Take take, QWidget *parent)
    : QDialog(parent), m_take(std::move(take)), m_field(new WholeText(3, this)), m_reason(new WholeText(1, this))
{
    setWindowTitle(title);
    auto *label = new QLabel(wanted, this);
    label->setBuddy(m_field);
    label->setWordWrap(true);
    m_field->setObjectName(u"paste"_s);
    m_field->setAccessibleName(QString(wanted).remove(u'&'));
    m_field->setPlainText(text);
    m_field->selectAll();
    m_reason->setObjectName(u"reason"_s);
    m_reason->setProperty("role", u"reason"_s);
    m_reason->setAccessibleName(tr("Why it can't be taken"));
    m_reason->setReadOnly(true);
    m_reason->hide();
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(label);
    layout->addWidget(m_field);
    layout->addWidget(m_reason);
    layout->addStretch(1);
    layout->addWidget(okAndCancel(*this));
    m_field->setMinimumWidth(540); // a command is long
    connect(m_field, &WholeText::entered, this, &PasteDialog::accept);
    m_field->setFocus();
}

QString PasteDialog::text() const
{
    return m_field->toPlainText().trimmed();
}

void PasteDialog::accept()
{
    const auto reason = m_take(text());
    if (reason.isEmpty()) {
        QDialog::accept();
        return;
    }
    m_reason->setPlainText(reason);
    m_reason->show();
    m_field->setFocus();
}

} // namespace openloop::gui
