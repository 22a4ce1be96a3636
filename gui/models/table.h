// SPDX-License-Identifier: GPL-3.0-or-later
// What all tables of the window have in common: rows without children, and titles above the columns.
#pragma once

#include <QAbstractTableModel>

namespace openloop::gui {

/// A table that knows its rows, columns and titles; data() is left. GUI thread.
class Table : public QAbstractTableModel
{
public:
    using QAbstractTableModel::QAbstractTableModel;

    int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : static_cast<int>(rows());
    }
    int columnCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : columns(); }
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override
    {
        return orientation == Qt::Horizontal && role == Qt::DisplayRole ? QVariant(titleOf(section)) : QVariant();
    }

protected:
    virtual qsizetype rows() const = 0;
    virtual int columns() const = 0;
    virtual QString titleOf(int column) const = 0;
};

} // namespace openloop::gui
