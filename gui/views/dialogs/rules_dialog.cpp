// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the lines again with each key, and says what is wrong with the first that is.
#include "gui/views/dialogs/rules_dialog.h"

#include "gui/views/dialogs/buttons.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

RulesDialog::RulesDialog(const QList<probe::Rule> &rules, const QStringList &targets, QWidget *parent)
    : QDialog(parent), m_targets(targets), m_text(new QPlainTextEdit(this)), m_problem(new QLabel(this))
{
    setWindowTitle(tr("Rules"));
    QStringList lines;
    for (const auto &rule : rules)
        lines << rule.text();
    m_text->setPlainText(lines.join(u'\n'));
    m_text->setAccessibleName(tr("Rules, one a line"));
    m_text->setTabChangesFocus(true);
    m_problem->setWordWrap(true);
    auto *hint = new QLabel(
        tr("One rule a line: target: quantity < limit over window for duration. Without a target it holds for all. "
           "Quantities: p50 p95 p99 max errors availability. The rule fires when it was broken for the duration; "
           "it recovers when it holds by a tenth."),
        this);
    hint->setTextFormat(Qt::PlainText);
    hint->setWordWrap(true);
    hint->setProperty("role", u"muted"_s);
    auto *target = new QComboBox(this);
    target->setAccessibleName(tr("Target of the new rule"));
    target->addItems(targets);
    auto *add = new QPushButton(tr("Add a rule"), this);
    connect(add, &QPushButton::clicked, this, [this, target] {
        const QString prefix = target->currentText().isEmpty() ? QString() : target->currentText() + u": "_s;
        m_text->appendPlainText(prefix + u"p99<20ms over 10s for 5s"_s);
    });
    auto *row = new QHBoxLayout;
    row->addWidget(target, 1);
    row->addWidget(add);
    auto *buttons = okAndCancel(*this);
    m_ok = buttons->button(QDialogButtonBox::Ok);
    connect(m_text, &QPlainTextEdit::textChanged, this, &RulesDialog::check);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(hint);
    layout->addWidget(m_text, 1);
    layout->addLayout(row);
    layout->addWidget(m_problem);
    layout->addWidget(buttons);
    setMinimumSize(440, 280); // for all of the hint
    resize(560, 320);
    check();
}

QList<probe::Rule> RulesDialog::rules() const
{
    QList<probe::Rule> result;
    for (const auto &line : m_text->toPlainText().split(u'\n')) {
        if (const auto rule = probe::parseRule(line))
            result << *rule;
    }
    return result;
}

QString RulesDialog::problem() const
{
    int number = 0;
    for (const auto &line : m_text->toPlainText().split(u'\n')) {
        ++number;
        if (line.trimmed().isEmpty())
            continue;
        const auto rule = probe::parseRule(line);
        if (!rule)
            return tr("Line %1: %2").arg(number).arg(rule.error);
        if (!rule->target.isEmpty() && !m_targets.contains(rule->target))
            return tr("Line %1: there is no target “%2”").arg(number).arg(rule->target);
    }
    return {};
}

void RulesDialog::check()
{
    const QString wrong = problem();
    m_problem->setText(wrong);
    m_ok->setEnabled(wrong.isEmpty());
}

} // namespace openloop::gui
