// SPDX-License-Identifier: GPL-3.0-or-later
// Lays the sentence between its badges, or above them where the window is narrow.
#include "gui/views/verdict_bar.h"

#include "gui/models/format.h"
#include "gui/probe/samples/durations.h"

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
    m_sentence->setWordWrap(true); // all of it: it is what the window is for
    m_sentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_sentence->setFocusPolicy(Qt::NoFocus);
    large.setBold(true);
    m_word->setFont(large);
    m_word->setShapeSize(20);
    m_copy->setObjectName(u"copyCurl"_s);
    m_copy->setToolTip(tr("Copies this request as a curl command, to try it in a terminal"));
    m_copy->hide();
    m_recording->setState(State::Down, tr("not recorded"));
    m_recording->hide();
    m_totals->setProperty("role", u"muted"_s);
    auto *row = new FoldingRow({14, 8, 14, 8}, 12, this);
    row->setFoldsBelow(900);
    row->first().addWidget(m_word);
    row->first().addWidget(m_sentence, 1);
    row->first().addWidget(m_copy);
    row->second().addWidget(m_recording);
    row->second().addWidget(m_trust);
    row->second().addWidget(m_totals);
    row->second().addStretch(0);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(row);
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
    m_sentence->setText(m_verdict.sentence);
    m_sentence->setToolTip(m_verdict.sentence);
    m_copy->setVisible(m_verdict.state == State::Down);
    setAccessibleName(m_verdict.word + u": "_s + m_verdict.sentence);
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
                       .arg(trust.control.p99Label(),
                            (trust.control.hasP99() ? trust.control.p99 : trust.control.max)->text());
    if (trust.lagP99)
        reasons << tr("Schedule late by %1 (p99)").arg(formatDuration(probe::toMilliseconds(*trust.lagP99)));
    if (trust.processors)
        reasons << tr("Processors taken by work of normal priority: %1").arg(formatShare(*trust.processors));
    if (trust.stolen.value_or(0) > 0)
        reasons << tr("Taken away by the host of this virtual machine: %1").arg(formatShare(*trust.stolen));
    if (!reasons.isEmpty() && !recorded)
        reasons << tr("All of the last %1.").arg(formatSpan(10));
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
    m_totals->setText(tr("%n target(s)", nullptr, targets) + u", "_s + threeDigits(rate) + tr("\u2009probes/s"));
}

} // namespace openloop::gui
