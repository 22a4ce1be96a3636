// SPDX-License-Identifier: GPL-3.0-or-later
// Which of a service's metrics are shown, under which name and with which unit.
#pragma once

#include "gui/models/watches/chosen_figure.h"

#include <QDialog>

class QDialogButtonBox;
class QLabel;
class QLineEdit;
class QTableWidget;

namespace openloop::gui {

/// A table of all series with their values; those that are ticked are chosen. GUI thread.
class FiguresDialog : public QDialog
{
    Q_OBJECT
public:
    /// Those of `chosen` come first, also where the service does not offer them now; at most 2000 series are listed.
    FiguresDialog(const QList<Metric> &offered, const QList<ChosenFigure> &chosen, QWidget *parent = nullptr);

    QList<ChosenFigure> figures() const;

private:
    enum Column { Series, Name, Unit, PerSecond, Value, ColumnCount };
    void addRow(const ChosenFigure &figure, bool chosen, const QString &value);
    void filter(const QString &text);
    void count();

    QLineEdit *m_filter;
    QTableWidget *m_table;
    QLabel *m_count;
    QDialogButtonBox *m_buttons;
};

} // namespace openloop::gui
