// SPDX-License-Identifier: GPL-3.0-or-later
// Lays the sentence between its badges, and cuts it short where the window is narrow.
#include "gui/views/verdict_bar.h"

#include "gui/models/format.h"
#include "gui/probe/samples/durations.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

VerdictBar::VerdictBar(QWidget *parent)
    : QFrame(parent), m_word(new StateBadge(this)), m_sentence(new QLabel(this)),
      m_copy(new QPushButton(tr("Copy curl"), this)), m_recording(new StateBadge(this)), m_trust(new StateBadge(this)),
      m_totals(new QLabel(this))
{
    setProperty("role", u"panel"_s);
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.25);
    m_sentence->setFont(large);
    m_sentence->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_sentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_sentence->setFocusPolicy(Qt::NoFocus);
    m_sentence->installEventFilter(this);
    large.setBold(true);
    m_word->setFont(large);
    m_word->setShapeSize(20);
    m_copy->setObjectName(u"copyCurl"_s);
    m_copy->setToolTip(tr("Copies this request as a curl command, to try it in a terminal"));
    m_copy->hide();
    m_recording->setState(State::Down, tr("not recorded"));
    m_recording->hide();
    m_totals->setProperty("role", u"muted"_s);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(14, 8, 14, 8);
    layout->setSpacing(12);
    layout->addWidget(m_word);
    layout->addWidget(m_sentence, 1);
    layout->addWidget(m_copy);
    layout->addWidget(m_recording);
    layout->addWidget(m_trust);
    layout->addWidget(m_totals);
    connect(m_copy, &QPushButton::clicked, this, &VerdictBar::copyCurlWanted);
    setTrust({});
    showSentence();
}

void VerdictBar::setVerdict(const Verdict &verdict)
{
    if (verdict == m_verdict)
        return;
    m_verdict = verdict;
    showSentence();
}

void VerdictBar::showSentence()
{
    m_word->setState(m_verdict.state, m_verdict.word);
    elide();
    m_sentence->setToolTip(m_verdict.sentence);
    m_copy->setVisible(m_verdict.state == State::Down);
    setAccessibleName(m_verdict.word + u": "_s + m_verdict.sentence);
}

void VerdictBar::elide()
{
    m_sentence->setText(m_sentence->fontMetrics().elidedText(m_verdict.sentence, Qt::ElideRight, m_sentence->width()));
}

bool VerdictBar::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Resize)
        elide();
    return QFrame::eventFilter(watched, event);
}

void VerdictBar::setTrust(const probe::Trust &trust, bool recorded)
{
    switch (trust.level) {
    case probe::TrustLevel::Unknown:
        m_trust->setState(State::Unknown, recorded ? tr("measurement: not judged") : tr("measurement: checking"));
        break;
    case probe::TrustLevel::Trustworthy: m_trust->setState(State::Ok, tr("measurement: trustworthy")); break;
    case probe::TrustLevel::HostBusy: m_trust->setState(State::Degraded, tr("measurement: in doubt")); break;
    }
    QStringList reasons;
    if (!trust.reason.isEmpty())
        reasons << trust.reason;
    if (trust.control.p99)
        reasons << tr("Control probe, answered inside this program: %1 %2")
                       .arg(trust.control.p99Label(), trust.control.p99->text());
    if (trust.lagP99)
        reasons << tr("Schedule late by %1 (p99)").arg(formatDuration(probe::toMilliseconds(*trust.lagP99)));
    if (trust.processors)
        reasons << tr("Processors taken by work of normal priority: %1").arg(formatShare(*trust.processors));
    if (trust.stolen.value_or(0) > 0)
        reasons << tr("Taken away by the host of this virtual machine: %1").arg(formatShare(*trust.stolen));
    m_trust->setToolTip(reasons.join(u'\n'));
}

void VerdictBar::setRecordingProblem(const QString &problem)
{
    m_recording->setToolTip(problem);
    m_recording->setAccessibleName(problem);
    m_recording->setVisible(!problem.isEmpty());
}

void VerdictBar::setTotals(int targets, double rate)
{
    m_totals->setText(tr("%n target(s)", nullptr, targets) + u", "_s + threeDigits(rate) + u"\u2009Hz"_s);
}

} // namespace openloop::gui
