// SPDX-License-Identifier: GPL-3.0-or-later
// Two sessions side by side: which quantile of which target became how much longer.
#pragma once

#include "gui/models/session.h"
#include "gui/models/table.h"

namespace openloop::gui {

/// One target in both sessions; durations in ms, absent where not measured.
struct ComparedTarget {
    QString name;
    std::optional<double> p50Before, p50After, p95Before, p95After, p99Before, p99After;
    qint64 nBefore = 0, nAfter = 0;
    double errorsBefore = 0, errorsAfter = 0; ///< shares 0..1
};

/// Targets of one name in a recording ("before") and in what the window shows ("after"), in the order of the latter.
class Comparison : public Table
{
    Q_OBJECT
public:
    enum Column { Name, P50, P95, P99, Errors, Count, ColumnCount };
    enum Role { ChangeRole = Qt::UserRole }; ///< of a latency: after / before

    using Table::Table;

    void set(QList<ComparedTarget> targets);
    /// Latencies as their factor alone, where there is no room for more; tooltips always say both.
    void setBrief(bool brief);
    const QList<ComparedTarget> &targets() const { return m_targets; }
    /// before: its whole length; after: from `from` to `to`.
    static QList<ComparedTarget> of(const Session &before, const Session &after, double from, double to);

    QVariant data(const QModelIndex &index, int role) const override;

private:
    qsizetype rows() const override { return m_targets.size(); }
    int columns() const override { return ColumnCount; }
    QString titleOf(int column) const override;
    QList<ComparedTarget> m_targets;
    bool m_brief = false;
};

} // namespace openloop::gui
