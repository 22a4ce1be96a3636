// SPDX-License-Identifier: GPL-3.0-or-later
// Asks only while it is seen, and checks what is typed.
#include "gui/views/panels/jobs_panel.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRegularExpressionValidator>
#include <QTreeView>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

JobsPanel::JobsPanel(QWidget *parent)
    : QFrame(parent), m_number(new QLineEdit(this)), m_cancel(new QPushButton(tr("Cancel"), this)),
      m_list(new QTreeView(this)), m_problem(new QLabel(this))
{
    setProperty("role", u"panel"_s);
    m_number->setPlaceholderText(tr("A whole number, 1 or more"));
    m_number->setAccessibleName(tr("Number to factorize"));
    m_number->setValidator(new QRegularExpressionValidator(QRegularExpression(u"[1-9][0-9]{0,999}"_s), m_number));
    auto *submitButton = new QPushButton(tr("Factorize"), this);
    m_cancel->setToolTip(tr("Cancels the selected factorization"));
    m_list->setModel(&m_jobs);
    m_list->setRootIsDecorated(false);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setAccessibleName(tr("Factorizations"));
    // Numbers and factors are as long as one likes: each has half of the room, its tooltip all of it.
    m_list->header()->setSectionResizeMode(QHeaderView::Stretch);
    m_list->header()->setSectionResizeMode(JobList::StateColumn, QHeaderView::ResizeToContents);
    m_problem->setProperty("role", u"muted"_s);
    m_problem->setWordWrap(true);
    m_problem->hide();
    auto *top = new QHBoxLayout;
    top->addWidget(m_number, 1);
    top->addWidget(submitButton);
    top->addWidget(m_cancel);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 8, 12, 8);
    layout->setSpacing(6);
    layout->addLayout(top);
    layout->addWidget(m_problem);
    layout->addWidget(m_list, 1);
    connect(submitButton, &QPushButton::clicked, this, &JobsPanel::submit);
    connect(m_number, &QLineEdit::returnPressed, this, &JobsPanel::submit);
    connect(m_cancel, &QPushButton::clicked, this, &JobsPanel::cancelSelected);
    connect(&m_jobs, &JobList::problem, this, [this](const QString &text) {
        m_problem->setText(text);
        m_problem->setVisible(!text.isEmpty());
    });
}

void JobsPanel::submit()
{
    if (m_number->hasAcceptableInput())
        m_jobs.submitNumber(m_number->text());
}

void JobsPanel::cancelSelected()
{
    if (const auto index = m_list->currentIndex(); index.isValid())
        m_jobs.cancel(index.data(JobList::IdRole).toString());
}

void JobsPanel::showEvent(QShowEvent *event)
{
    QFrame::showEvent(event);
    m_jobs.setWatched(true);
}

void JobsPanel::hideEvent(QHideEvent *event)
{
    QFrame::hideEvent(event);
    m_jobs.setWatched(false);
}

} // namespace openloop::gui
