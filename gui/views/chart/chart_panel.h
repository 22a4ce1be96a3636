// SPDX-License-Identifier: GPL-3.0-or-later
// The centre of the window: chart, availability timeline and minimap on one time axis, with their buttons.
#pragma once

#include "gui/views/chart/latency_chart.h"
#include "gui/views/chart/minimap.h"
#include "gui/views/chart/timeline.h"

#include <QFrame>

class QBoxLayout;
class QButtonGroup;

namespace openloop::gui {

class FittingLabel;

/// Chart with range, scale and mode buttons. GUI thread.
class ChartPanel : public QFrame
{
    Q_OBJECT
public:
    /// Spans of the range buttons in seconds; 0 is the whole recording.
    static constexpr std::array<double, 6> spans{60, 300, 600, 3600, 86400, 0};

    ChartPanel(const Session &session, TimeWindow &window, QWidget *parent = nullptr);

    void refresh();
    /// index: position in `spans`.
    void chooseSpan(int index);
    void setMode(ChartMode mode);
    void setLogarithmic(bool logarithmic);
    LatencyChart &chart() { return *m_chart; }
    const ChartKey &key() const { return *m_key; }

protected:
private:
    QWidget *header();
    QButtonGroup *segments(QBoxLayout &into, const QStringList &labels, const QStringList &hints);
    void showWindow();

    Session const &m_session;
    TimeWindow &m_window;
    FittingLabel *m_title = nullptr;
    QButtonGroup *m_spanButtons = nullptr;
    QButtonGroup *m_scaleButtons = nullptr;
    QButtonGroup *m_modeButtons = nullptr;
    ChartKey *m_key = nullptr;
    LatencyChart *m_chart = nullptr;
    Timeline *m_timeline = nullptr;
    Minimap *m_minimap = nullptr;
};

} // namespace openloop::gui
