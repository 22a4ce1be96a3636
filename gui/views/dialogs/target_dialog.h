// SPDX-License-Identifier: GPL-3.0-or-later
// Everything about one target that can be changed: request, pace, patience, what a good answer is.
#pragma once

#include "gui/probe/targets/target.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;

namespace openloop::gui {

/// Edits a target; OK only with one that can be probed.
class TargetDialog : public QDialog
{
    Q_OBJECT
public:
    explicit TargetDialog(const probe::Target &target, QWidget *parent = nullptr);

    /// The target as edited; its name stays.
    probe::Target target() const;
    void accept() override;

private:
    class DurationBox;

    QString problem() const; ///< with what was entered; empty: none

    probe::Target m_before;
    QLineEdit *m_url = nullptr;
    QComboBox *m_method = nullptr;
    QPlainTextEdit *m_headers = nullptr;
    QPlainTextEdit *m_body = nullptr;
    DurationBox *m_interval = nullptr;
    DurationBox *m_timeout = nullptr;
    QLineEdit *m_status = nullptr;
    QLineEdit *m_contains = nullptr;
    QLineEdit *m_matches = nullptr;
    QPlainTextEdit *m_json = nullptr;
    QPlainTextEdit *m_expectedHeaders = nullptr;
    QCheckBox *m_newConnection = nullptr;
    QCheckBox *m_anyCertificate = nullptr;
    QLabel *m_problem = nullptr;
};

} // namespace openloop::gui
