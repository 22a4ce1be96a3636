// SPDX-License-Identifier: GPL-3.0-or-later
// Moves the session's present by scrubber or clock.
#include "gui/views/replay_bar.h"

#include "gui/models/format.h"
#include "gui/theme/icons.h"
#include "gui/views/folding_row.h"

#include <QComboBox>
#include <QDateTime>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QVBoxLayout>

#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

constexpr int notches = 10'000; // of the scrubber
constexpr int narrow = 620; // pixels, below which it has two rows

} // namespace

ReplayBar::ReplayBar(Session &session, QWidget *parent)
    : QWidget(parent), m_session(session), m_play(new QPushButton(this)), m_scrubber(new QSlider(Qt::Horizontal, this)),
      m_position(new QLabel(this)), m_speed(new QComboBox(this))
{
    m_play->setAccessibleName(tr("Play or stop the recording"));
    m_play->setToolTip(m_play->accessibleName());
    m_scrubber->setRange(0, notches);
    m_scrubber->setPageStep(notches / 20);
    m_scrubber->setAccessibleName(tr("Position in the recording"));
    m_position->setProperty("role", u"muted"_s);
    for (const double speed : speeds)
        m_speed->addItem(u"× %1"_s.arg(speed));
    m_speed->setCurrentIndex(1);
    m_speed->setAccessibleName(tr("Speed of the replay"));
    m_speed->setToolTip(m_speed->accessibleName());
    auto *live = new QPushButton(tr("Close the recording"), this);
    live->setToolTip(tr("Measure again"));
    auto *row = new FoldingRow({12, 4, 12, 4}, 8, this);
    row->setFoldsBelow(narrow);
    row->first().addWidget(m_play);
    row->first().addWidget(m_scrubber, 1);
    row->second().addWidget(m_position, 1);
    row->second().addWidget(m_speed);
    row->second().addWidget(live);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(row);
    m_timer.setInterval(100);
    connect(&m_timer, &QTimer::timeout, this, &ReplayBar::step);
    connect(m_play, &QPushButton::clicked, this, &ReplayBar::togglePlaying);
    connect(m_scrubber, &QSlider::valueChanged, this, [this](int value) {
        moveTo(m_session.beginning() + (m_session.end() - m_session.beginning()) * value / notches);
    });
    connect(live, &QPushButton::clicked, this, &ReplayBar::liveWanted);
    hide();
}

void ReplayBar::recolour()
{
    m_play->setIcon(icon(isPlaying() ? u"pause"_s : u"play"_s, colours()));
}

void ReplayBar::resizeEvent(QResizeEvent *event)
{
    m_position->setWordWrap(width() < narrow); // beside the buttons
    QWidget::resizeEvent(event);
}

void ReplayBar::restart()
{
    m_timer.stop();
    setVisible(m_session.isReplay());
    recolour();
    if (m_session.isReplay())
        showPosition();
}

void ReplayBar::togglePlaying()
{
    if (isPlaying()) {
        m_timer.stop();
    } else {
        if (m_session.now() >= m_session.end())
            moveTo(m_session.beginning());
        m_sinceStep.start();
        m_timer.start();
    }
    recolour();
}

void ReplayBar::setSpeed(int index)
{
    m_speed->setCurrentIndex(index);
}

void ReplayBar::step()
{
    const double passed = static_cast<double>(m_sinceStep.restart()) / 1000;
    const double next = m_session.now() + passed * speeds[static_cast<std::size_t>(m_speed->currentIndex())];
    if (next >= m_session.end())
        togglePlaying();
    moveTo(next);
}

void ReplayBar::moveTo(double seconds)
{
    m_session.setReplayNow(seconds);
    showPosition();
    emit moved();
}

void ReplayBar::showPosition()
{
    const double length = m_session.end() - m_session.beginning();
    const QSignalBlocker blocker(m_scrubber);
    m_scrubber->setValue(static_cast<int>(std::lround((m_session.now() - m_session.beginning()) / length * notches)));
    const auto time =
        QDateTime::fromMSecsSinceEpoch(std::llround(m_session.now() * 1000)).toString(u"yyyy-MM-dd HH:mm:ss"_s);
    m_position->setText(
        tr("%1, %2 of %3").arg(time, formatSpan(m_session.now() - m_session.beginning()), formatSpan(length)));
}

} // namespace openloop::gui
