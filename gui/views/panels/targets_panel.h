// SPDX-License-Identifier: GPL-3.0-or-later
// The column of cards, one per target and one for the control probe.
#pragma once

#include "gui/models/figures/time_window.h"
#include "gui/models/session.h"
#include "gui/views/card.h"

#include <QSet>
#include <QWidget>

class QPushButton;
class QVBoxLayout;

namespace openloop::gui {

/// Keeps one card per target of the session. GUI thread.
class TargetsPanel : public QWidget, public Themed
{
    Q_OBJECT
public:
    TargetsPanel(const Session &session, const TimeWindow &window, QWidget *parent = nullptr);

    /// Shows the figures of the visible range.
    void refresh();
    const std::vector<Card *> &cards() const { return m_cards; }
    const QString &selected() const { return m_selected; }
    /// The target that keys are meant for: the one in focus, else the selected one, else the first; empty: none.
    QString current() const;
    /// The menu of that target's card, as a click of the right button.
    void openMenu();

signals:
    /// A card was activated; empty when it was activated a second time.
    void selectionChanged(const QString &target);
    void addWanted();
    void loadWanted(const QString &target);
    /// These are not to be seen in the chart.
    void hiddenChanged(const QSet<QString> &targets);
    void copyCurlWanted(const QString &target);
    void editWanted(const QString &target);
    void removeWanted(const QString &target);

private:
    void recolour() override { rebuild(); }
    void rebuild();
    void select(const QString &target);
    void forgetWhoIsGone();
    void showMenu(Card *card, const QPoint &at);
    Card *currentCard() const;

    const Session &m_session;
    const TimeWindow &m_window;
    QVBoxLayout *m_layout = nullptr;
    QPushButton *m_add = nullptr;
    std::vector<Card *> m_cards; ///< the last is the control probe's
    QString m_selected;
    QSet<QString> m_hidden;
};

} // namespace openloop::gui
