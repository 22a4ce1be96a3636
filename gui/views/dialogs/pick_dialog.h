// SPDX-License-Identifier: GPL-3.0-or-later
// Operations that a service describes in its OpenAPI document, to pick targets from.
#pragma once

#include "gui/probe/targets/target.h"

#include <QDialog>

class QListWidget;
class QPushButton;

namespace openloop::gui {

/// A list of targets with a tick each; those that are measured already stay out.
class PickDialog : public QDialog
{
    Q_OBJECT
public:
    PickDialog(const QList<probe::Target> &offered, const QList<probe::Target> &measured, QWidget *parent = nullptr);

    QList<probe::Target> picked() const;
    QListWidget &list() { return *m_list; }

private:
    QList<probe::Target> m_offered;
    QListWidget *m_list = nullptr;
    QPushButton *m_ok = nullptr;
};

} // namespace openloop::gui
