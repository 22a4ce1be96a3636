// SPDX-License-Identifier: GPL-3.0-or-later
// What stands in place of an empty chart while nothing answers: what was tried, and three ways on.
#pragma once

#include "gui/theme/themed.h"

#include <QFrame>

class QLabel;
class QPushButton;

namespace openloop::gui {

/// "No service at 127.0.0.1:8080." with its buttons.
class FirstRun : public QFrame, public Themed
{
    Q_OBJECT
public:
    explicit FirstRun(QWidget *parent = nullptr);

    /// What was tried, and what came of it.
    void setAbsence(const QString &headline, const QString &detail);
    /// Whether a service that is started would be the one that is missed; false hides the button.
    void setStartOffered(bool offered);
    /// Whether there is a program to start; the reason for its absence otherwise.
    void setCanStart(bool can, const QString &reason);
    /// The service was started and has not answered yet, or could not be started.
    void setStarting(bool starting, const QString &problem = {});
    QString headline() const;

signals:
    void startWanted();
    void urlWanted();
    void recordingWanted();

private:
    void recolour() override;

    QLabel *m_picture = nullptr;
    QLabel *m_headline = nullptr;
    QLabel *m_detail = nullptr;
    QPushButton *m_start = nullptr;
    QPushButton *m_url = nullptr;
    QPushButton *m_recording = nullptr;
    bool m_starting = false;
};

} // namespace openloop::gui
