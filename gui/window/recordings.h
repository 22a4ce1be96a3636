// SPDX-License-Identifier: GPL-3.0-or-later
// Recordings in the window: shown instead of the present, or compared with it.
#pragma once

#include "gui/models/figures/time_window.h"
#include "gui/models/session.h"

#include <functional>

namespace openloop::gui {

class ComparePanel;
class ReplayBar;

/// Asks for files and sessions, and puts the session into the past and back. GUI thread; what it refers to outlives it.
class Recordings : public QObject
{
    Q_OBJECT
public:
    /// Dialogs stand above `owner`.
    Recordings(Session &session, TimeWindow &window, ReplayBar &bar, ComparePanel &panel, QWidget &owner);

    /// The visible range of the present, in s: that of a recording is not one's choice.
    double liveSpan() const { return m_session.isReplay() ? m_liveSpan : m_window.span(); }

public slots:
    /// Asks for a file and shows it.
    void open();
    /// Shows a file's session; of several asks for one.
    void show(const QString &path);
    /// Measures again what was measured before.
    void close();
    /// Asks for a recording and compares it with the visible range.
    void compare();

signals:
    /// The present ends in a moment, and with it what needs it.
    void presentEnds();
    /// The session is another one: a recording's, or the present again.
    void sessionChanged();
    /// There is something to see in one of the panels.
    void panelWanted(QWidget *panel);

private:
    void askForFile(const QString &title, const std::function<void(const QString &)> &use);
    /// Calls `use` with the session to show: the only one of the file, else the one that is chosen from a list.
    void withSession(const QString &path, const std::function<void(std::optional<qint64>)> &use);
    void showSession(const QString &path, std::optional<qint64> session);

    Session &m_session;
    TimeWindow &m_window;
    ReplayBar &m_bar;
    ComparePanel &m_panel;
    QWidget &m_owner;
    double m_liveSpan = 60;
};

} // namespace openloop::gui
