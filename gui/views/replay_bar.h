// SPDX-License-Identifier: GPL-3.0-or-later
// A recording played back: where the present is in it, and how fast it passes.
#pragma once

#include "gui/models/session.h"
#include "gui/theme/themed.h"

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

class QComboBox;
class QLabel;
class QPushButton;
class QSlider;

namespace openloop::gui {

/// Scrubber of a replayed session; moves its present. Shown only while a recording is. GUI thread.
class ReplayBar : public QWidget, public Themed
{
    Q_OBJECT
public:
    /// Recorded seconds per second.
    static constexpr std::array<double, 5> speeds{1, 5, 20, 100, 1000};

    explicit ReplayBar(Session &session, QWidget *parent = nullptr);

    /// Shows the session's recording from its end, or hides.
    void restart();
    bool isPlaying() const { return m_timer.isActive(); }
    void togglePlaying();
    /// index: position in `speeds`.
    void setSpeed(int index);
    QSlider &scrubber() { return *m_scrubber; }

signals:
    /// The present moved, by the user or by time.
    void moved();
    /// Back to measuring what was measured before.
    void liveWanted();

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void recolour() override;
    void step();
    void moveTo(double seconds);
    void showPosition();

    Session &m_session;
    QPushButton *m_play = nullptr;
    QSlider *m_scrubber = nullptr;
    QLabel *m_position = nullptr;
    QComboBox *m_speed = nullptr;
    QTimer m_timer;
    QElapsedTimer m_sinceStep;
};

} // namespace openloop::gui
