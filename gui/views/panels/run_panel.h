// SPDX-License-Identifier: GPL-3.0-or-later
// What the panels of experiments share: how it stands, in a word and a sentence, and one button to run or to abort.
#pragma once

#include <QFrame>

class QHBoxLayout;
class QLabel;
class QPushButton;
class QVBoxLayout;

namespace openloop::gui {

class StateBadge;

/// Base of a panel for something that is started, takes a while, and may be aborted. GUI thread.
class RunPanel : public QFrame
{
    Q_OBJECT

signals:
    void runWanted();
    void abortWanted();

protected:
    RunPanel(const QString &run, const QString &abort, QWidget *parent);

    /// The line with the badge, and at its right the button.
    QHBoxLayout &head() { return *m_head; }
    /// All: the head, and what is added below it.
    QVBoxLayout &body() { return *m_body; }
    StateBadge &badge() { return *m_badge; }
    /// Not placed yet: its length says where.
    QLabel &sentence() const { return *m_sentence; }
    QPushButton &runButton() { return *m_run; }
    /// Shows the button that is of use now.
    void setRunning(bool running);
    bool isRunning() const { return m_running; }

private:
    QVBoxLayout *m_body;
    QHBoxLayout *m_head;
    StateBadge *m_badge;
    QLabel *m_sentence;
    QPushButton *m_run;
    QPushButton *m_abort;
    bool m_running = false;
};

} // namespace openloop::gui
