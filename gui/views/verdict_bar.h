// SPDX-License-Identifier: GPL-3.0-or-later
// The top line of the window: the verdict in one sentence, whether to believe it, and what to do next.
#pragma once

#include "gui/models/verdict.h"
#include "gui/probe/judgement/trust.h"
#include "gui/views/state_badge.h"

#include "gui/views/folding_row.h"

#include <QFrame>

class QLabel;
class QPushButton;

namespace openloop::gui {

/// Verdict, trust badge, totals; and a badge when the recording fails.
class VerdictBar : public QFrame
{
    Q_OBJECT
public:
    explicit VerdictBar(QWidget *parent = nullptr);
    void setVerdict(const Verdict &verdict);
    /// `recorded`: it is that of a recording; one made before there was any has none.
    void setTrust(const probe::Trust &trust, bool recorded = false);
    void setTotals(int targets, double rate);
    /// A badge with that sentence while nothing is recorded; none while `problem` is empty.
    void setRecordingProblem(const QString &problem);
    const Verdict &verdict() const { return m_verdict; }
    const StateBadge &recordingBadge() const { return *m_recording; }

signals:
    /// The request of the target that is down is wanted as a command line.
    void copyCurlWanted();

private:
    void showSentence();

    StateBadge *m_word = nullptr;
    QLabel *m_sentence = nullptr;
    QPushButton *m_copy = nullptr;
    StateBadge *m_recording = nullptr;
    StateBadge *m_trust = nullptr;
    QLabel *m_totals = nullptr;
    Verdict m_verdict;
};

} // namespace openloop::gui
