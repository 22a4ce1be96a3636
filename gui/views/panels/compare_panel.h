// SPDX-License-Identifier: GPL-3.0-or-later
// A recording beside what the window shows: the differences of quantiles.
#pragma once

#include "gui/models/figures/comparison.h"
#include "gui/models/figures/time_window.h"

#include <QFrame>

class QLabel;
class QPushButton;
class QTreeView;

namespace openloop::gui {

/// Compares a chosen recording with the visible range. GUI thread.
class ComparePanel : public QFrame
{
    Q_OBJECT
public:
    ComparePanel(const Session &session, const TimeWindow &window, QWidget *parent = nullptr);

    /// Compares with a session of this file, by default the last; returns what went wrong, or an empty text.
    QString compareWith(const QString &path, std::optional<qint64> session = {});
    const Comparison &comparison() const { return m_comparison; }
    /// Computes again for the visible range.
    void refresh();

signals:
    void fileWanted();

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void fitColumns();

    const Session &m_session;
    const TimeWindow &m_window;
    Session m_before;
    Comparison m_comparison;
    QLabel *m_sentence = nullptr;
    QPushButton *m_choose = nullptr;
    QTreeView *m_table = nullptr;
};

} // namespace openloop::gui
