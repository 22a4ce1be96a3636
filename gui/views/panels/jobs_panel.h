// SPDX-License-Identifier: GPL-3.0-or-later
// A number in, its factors out: the service's heavy work, with progress and cancel.
#pragma once

#include "gui/models/watches/jobs.h"

#include <QFrame>

class QLabel;
class QLineEdit;
class QPushButton;
class QTreeView;

namespace openloop::gui {

/// The jobs of the service that is measured. GUI thread.
class JobsPanel : public QFrame
{
    Q_OBJECT
public:
    explicit JobsPanel(QWidget *parent = nullptr);

    JobList &jobs() { return m_jobs; }

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void submit();
    void cancelSelected();

    JobList m_jobs;
    QLineEdit *m_number = nullptr;
    QPushButton *m_cancel = nullptr;
    QTreeView *m_list = nullptr;
    QLabel *m_problem = nullptr;
};

} // namespace openloop::gui
