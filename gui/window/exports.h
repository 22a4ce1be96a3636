// SPDX-License-Identifier: GPL-3.0-or-later
// The visible range as a file: picture, data or report.
#pragma once

#include "gui/models/figures/time_window.h"
#include "gui/models/session.h"

namespace openloop::gui {

class ChartPanel;
class ExperimentPanel;
class Theme;

/// Writes what is seen. GUI thread; what it refers to outlives it.
class Exports : public QObject
{
    Q_OBJECT
public:
    /// Dialogs stand above `owner`, whose title is that of the pictures.
    Exports(const Session &session, const TimeWindow &window, const Theme &theme, ChartPanel &chart,
            const ExperimentPanel &test, QWidget &owner);

    /// Writes the visible range as png, svg, pdf, csv, json or html, by the file's ending; returns what went wrong.
    QString exportTo(const QString &path);

public slots:
    /// Asks for a file and writes the visible range in the format of its ending.
    void exportVisible();

private:
    QByteArray report();

    const Session &m_session;
    const TimeWindow &m_window;
    const Theme &m_theme;
    ChartPanel &m_chart;
    const ExperimentPanel &m_test;
    QWidget &m_owner;
};

} // namespace openloop::gui
