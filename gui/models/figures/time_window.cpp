// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps the range within the session, and live where it touches the present.
#include "gui/models/figures/time_window.h"

#include <algorithm>

namespace openloop::gui {

void TimeWindow::setNow(double now)
{
    m_now = now;
    if (m_live)
        m_to = now;
    if (m_all)
        m_span = std::clamp(m_to - m_beginning, 10.0, longest);
}

void TimeWindow::setBeginning(double beginning)
{
    m_beginning = beginning;
}

void TimeWindow::setSpan(double seconds)
{
    m_all = false;
    const double span = std::clamp(seconds, shortest, longest);
    if (!m_live)
        m_to = std::min(m_now, m_to + (span - m_span) / 2);
    m_span = span;
    emit changed();
}

void TimeWindow::showAll()
{
    m_all = true;
    m_live = true;
    setNow(m_now);
    emit changed();
}

void TimeWindow::goLive()
{
    m_live = true;
    setNow(m_now);
    emit changed();
}

void TimeWindow::hold()
{
    m_live = false;
    m_all = false;
    emit changed();
}

void TimeWindow::zoom(double factor, double anchor)
{
    m_all = false;
    const double span = std::clamp(m_span * factor, shortest, longest);
    const double share = std::clamp((m_to - anchor) / m_span, 0.0, 1.0);
    if (!m_live)
        m_to = std::min(m_now, anchor + share * span);
    m_span = span;
    emit changed();
}

void TimeWindow::pan(double delta)
{
    m_all = false;
    const double earliest = std::min(m_now, m_beginning + m_span / 10);
    m_to = std::max(m_to - delta, earliest);
    m_live = m_to >= m_now;
    m_to = std::min(m_to, m_now);
    emit changed();
}

void TimeWindow::showRange(double from, double to)
{
    m_all = false;
    m_span = std::clamp(to - from, shortest, longest);
    m_to = std::min(to, m_now);
    m_live = false;
    emit changed();
}

} // namespace openloop::gui
