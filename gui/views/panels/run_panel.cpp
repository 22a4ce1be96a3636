// SPDX-License-Identifier: GPL-3.0-or-later
// Makes the parts, and shows one button of the two.
#include "gui/views/panels/run_panel.h"

#include "gui/views/state_badge.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

RunPanel::RunPanel(const QString &run, const QString &abort, QWidget *parent)
    : QFrame(parent), m_body(new QVBoxLayout(this)), m_head(new QHBoxLayout), m_badge(new StateBadge(this)),
      m_sentence(new QLabel(this)), m_run(new QPushButton(run, this)), m_abort(new QPushButton(abort, this))
{
    setProperty("role", u"panel"_s);
    m_sentence->setWordWrap(true);
    m_head->addWidget(m_badge);
    m_head->addWidget(m_abort);
    m_head->addWidget(m_run);
    m_body->setContentsMargins(12, 6, 12, 4);
    m_body->setSpacing(4);
    m_body->addLayout(m_head);
    connect(m_run, &QPushButton::clicked, this, &RunPanel::runWanted);
    connect(m_abort, &QPushButton::clicked, this, &RunPanel::abortWanted);
}

void RunPanel::setRunning(bool running)
{
    m_running = running;
    m_run->setVisible(!running);
    m_abort->setVisible(running);
}

} // namespace openloop::gui
