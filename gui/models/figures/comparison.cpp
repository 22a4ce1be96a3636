// SPDX-License-Identifier: GPL-3.0-or-later
// Pairs targets by name and writes what became of each quantile.
#include "gui/models/figures/comparison.h"

#include "gui/models/format.h"

#include <QLocale>

#include <algorithm>
#include <utility>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

using Pair = std::pair<std::optional<double>, std::optional<double>>;

Pair latencies(const ComparedTarget &target, int column)
{
    switch (column) {
    case Comparison::P50: return {target.p50Before, target.p50After};
    case Comparison::P95: return {target.p95Before, target.p95After};
    case Comparison::P99: return {target.p99Before, target.p99After};
    default: return {};
    }
}

std::optional<double> changeOf(const Pair &pair)
{
    return pair.first && pair.second && *pair.first > 0 ? std::optional(*pair.second / *pair.first) : std::nullopt;
}

QString factorOf(const Pair &pair)
{
    const auto change = changeOf(pair);
    return change ? u"× %1"_s.arg(*change < 10 ? QLocale().toString(*change, 'f', 2) : threeDigits(*change)) : u"–"_s;
}

/// Both in the unit that suits the larger one: "0.417 → 0.500 ms  × 1.20".
QString shown(const Pair &pair)
{
    const double larger = std::max(pair.first.value_or(-1), pair.second.value_or(-1));
    const auto text = [unit = durationUnit(larger)](std::optional<double> value) {
        return formatDuration(value.value_or(-1), unit);
    };
    const QString before = text(pair.first);
    const bool change = changeOf(pair).has_value();
    const QString factor = change ? u"  "_s + factorOf(pair) : QString();
    // The unit is said once.
    return (change ? before.section(u'\u2009', 0, 0) : before) + u" → "_s + text(pair.second) + factor;
}

} // namespace

void Comparison::set(QList<ComparedTarget> targets)
{
    beginResetModel();
    m_targets = std::move(targets);
    endResetModel();
}

void Comparison::setBrief(bool brief)
{
    if (brief == std::exchange(m_brief, brief) || m_targets.isEmpty())
        return;
    emit dataChanged(index(0, P50), index(rowCount() - 1, P99), {Qt::DisplayRole});
}

QList<ComparedTarget> Comparison::of(const Session &before, const Session &after, double from, double to)
{
    QList<ComparedTarget> result;
    for (const auto &target : after.targets()) {
        if (!before.series(target.name))
            continue;
        const auto a = before.figures(target.name, before.beginning(), before.end());
        const auto b = after.figures(target.name, from, to);
        result << ComparedTarget{target.name,
                                 a.p50,
                                 b.p50,
                                 a.p95,
                                 b.p95,
                                 a.hasTail() ? a.p99 : a.max,
                                 b.hasTail() ? b.p99 : b.max,
                                 a.n,
                                 b.n,
                                 a.errorShare(),
                                 b.errorShare()};
    }
    return result;
}

QVariant Comparison::data(const QModelIndex &index, int role) const
{
    const auto &target = m_targets[index.row()];
    const auto pair = latencies(target, index.column());
    const auto change = changeOf(pair);
    if (role == ChangeRole)
        return change ? QVariant(*change) : QVariant();
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    switch (index.column()) {
    case Name: return u'/' + target.name;
    case Errors: return u"%1 → %2"_s.arg(formatShare(target.errorsBefore), formatShare(target.errorsAfter));
    case Count: return u"%1 → %2"_s.arg(formatCount(target.nBefore), formatCount(target.nAfter));
    default: break;
    }
    QString text = m_brief && role == Qt::DisplayRole ? factorOf(pair) : shown(pair);
    if (role == Qt::ToolTipRole && index.column() == P99
        && std::min(target.nBefore, target.nAfter) < probe::Quantiles::enoughForP99)
        text += u'\n' + tr("Fewer than 100 answers: the longest instead of a p99");
    return text;
}

QString Comparison::titleOf(int column) const
{
    switch (column) {
    case Name: return tr("Target");
    case Errors: return tr("errors");
    case Count: return u"n"_s;
    default: return QStringList{u"p50"_s, u"p95"_s, u"p99"_s}[column - P50];
    }
}

} // namespace openloop::gui
