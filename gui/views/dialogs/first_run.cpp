// SPDX-License-Identifier: GPL-3.0-or-later
// Words what was tried, and which way on is open.
#include "gui/views/dialogs/first_run.h"

#include "gui/theme/icons.h"
#include "gui/views/folding_row.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

FirstRun::FirstRun(QWidget *parent)
    : QFrame(parent), m_picture(new QLabel(this)), m_headline(new QLabel(this)), m_detail(new QLabel(this)),
      m_start(new QPushButton(tr("Start the local service"), this)), m_url(new QPushButton(tr("Enter URL"), this)),
      m_recording(new QPushButton(tr("Open a recording"), this))
{
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.7);
    large.setBold(true);
    m_headline->setFont(large);
    m_headline->setAlignment(Qt::AlignCenter);
    m_headline->setWordWrap(true);
    m_detail->setProperty("role", u"muted"_s);
    m_detail->setAlignment(Qt::AlignCenter);
    m_detail->setWordWrap(true);
    m_picture->setAlignment(Qt::AlignCenter);
    m_start->setProperty("role", u"primary"_s);
    auto *buttons = new FoldingRow({}, 10, this);
    for (auto *button : {m_start, m_url, m_recording})
        button->setMinimumHeight(34);
    buttons->first().addWidget(m_start);
    buttons->first().addWidget(m_url);
    buttons->second().addWidget(m_recording);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 20, 16, 20);
    layout->setSpacing(14);
    layout->addStretch(2);
    layout->addWidget(m_picture);
    layout->addWidget(m_headline);
    layout->addWidget(m_detail);
    layout->addSpacing(8);
    layout->addWidget(buttons, 0, Qt::AlignHCenter);
    layout->addStretch(3);
    connect(m_start, &QPushButton::clicked, this, &FirstRun::startWanted);
    connect(m_url, &QPushButton::clicked, this, &FirstRun::urlWanted);
    connect(m_recording, &QPushButton::clicked, this, &FirstRun::recordingWanted);
}

void FirstRun::recolour()
{
    m_picture->setPixmap(icon(u"openloop"_s, colours().text).pixmap(48, 48));
    m_start->setIcon(accentIcon(u"play"_s, colours()));
    m_url->setIcon(icon(u"link"_s, colours()));
    m_recording->setIcon(icon(u"open"_s, colours()));
}

void FirstRun::setAbsence(const QString &headline, const QString &detail)
{
    if (m_starting)
        return;
    m_headline->setText(headline);
    m_detail->setText(detail);
    setAccessibleName(headline);
}

void FirstRun::setStartOffered(bool offered)
{
    m_start->setVisible(offered);
}

void FirstRun::setCanStart(bool can, const QString &reason)
{
    m_start->setEnabled(can);
    m_start->setToolTip(reason);
}

void FirstRun::setStarting(bool starting, const QString &problem)
{
    m_starting = starting;
    if (starting)
        m_headline->setText(tr("Starting the local service …"));
    if (starting || !problem.isEmpty())
        m_detail->setText(problem);
}

QString FirstRun::headline() const
{
    return m_headline->text();
}

} // namespace openloop::gui
