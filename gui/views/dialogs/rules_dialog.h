// SPDX-License-Identifier: GPL-3.0-or-later
// The SLO rules, one a line, in the words that --rule takes.
#pragma once

#include "gui/probe/judgement/rules.h"

#include <QDialog>

class QLabel;
class QPlainTextEdit;
class QPushButton;

namespace openloop::gui {

/// Edits rules; OK only when each can be read and names a target that is there.
class RulesDialog : public QDialog
{
    Q_OBJECT
public:
    RulesDialog(const QList<probe::Rule> &rules, const QStringList &targets, QWidget *parent = nullptr);

    /// The rules as edited; those that can't be read are left out.
    QList<probe::Rule> rules() const;
    /// What is wrong with the first line that is; empty: nothing.
    QString problem() const;
    QPlainTextEdit &text() { return *m_text; }

private:
    void check();

    QStringList m_targets;
    QPlainTextEdit *m_text = nullptr;
    QLabel *m_problem = nullptr;
    QPushButton *m_ok = nullptr;
};

} // namespace openloop::gui
