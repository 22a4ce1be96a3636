// SPDX-License-Identifier: GPL-3.0-or-later
// Which stretch of time the views show: following the present, or held where the user put it.
#pragma once

#include <QObject>

namespace openloop::gui {

/// The visible range in seconds since the epoch. While live, its end is the present.
class TimeWindow : public QObject
{
    Q_OBJECT
public:
    static constexpr double shortest = 0.05;
    static constexpr double longest = 7 * 86400.0;

    using QObject::QObject;

    double from() const { return m_to - m_span; }
    double to() const { return m_to; }
    double span() const { return m_span; }
    bool isLive() const { return m_live; }
    /// True when the span is that of the whole recording.
    bool showsAll() const { return m_all; }

    /// The present; moves the range while live.
    void setNow(double now);
    /// When the recording began: the limit of panning and the start of "all".
    void setBeginning(double beginning);
    /// Shows the last `seconds` of the present, or around where the user is when not live.
    void setSpan(double seconds);
    void showAll();
    void goLive();
    /// Holds the range where it is; recording goes on.
    void hold();
    /// Below 1 zooms in; the point at `anchor` stays where it is. Zooming out to the present while live stays live.
    void zoom(double factor, double anchor);
    /// Moves the content by `delta` seconds to the right; the range becomes held, or live at the right end.
    void pan(double delta);
    void showRange(double from, double to);

signals:
    /// Range or liveness changed by the user, not by time passing.
    void changed();

private:
    double m_now = 0;
    double m_beginning = 0;
    double m_to = 0;
    double m_span = 60;
    bool m_live = true;
    bool m_all = false;
};

} // namespace openloop::gui
