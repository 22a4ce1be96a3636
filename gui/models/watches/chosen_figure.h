// SPDX-License-Identifier: GPL-3.0-or-later
// Figures of a service that a person picks from its metrics, with a name and a unit: for services that are not ours.
#pragma once

#include "gui/models/watches/metrics.h"
#include "gui/probe/samples/parsed.h"

#include <QJsonArray>

namespace openloop::gui {

/// One of a service's metrics, as somebody wants to see it.
struct ChosenFigure {
    static constexpr int most = 12; ///< in one panel
    static constexpr qsizetype longestText = 200; ///< of each member

    QString metric; ///< "node_load1", or one series of it: `http_requests_total{code="500"}`
    QString name; ///< as shown
    QString unit; ///< behind the value: "s", "B", "%", "connections"; empty: a bare number was wanted
    bool perSecond = false; ///< how fast it grows, instead of how large it is

    /// Two figures of one key have one history.
    QString key() const { return perSecond ? metric + QStringLiteral("/s") : metric; }
    bool operator==(const ChosenFigure &) const = default;
};

/// The metric's name with its labels in their alphabetical order, as a figure names it.
QString seriesName(const Metric &metric);
/// What a figure of that series is mostly wanted to be: name and unit from the metric's name, counters by the second.
ChosenFigure suggestedFigure(const Metric &metric);
/// In the figure's own unit: the sum of all series of that metric, or the one that it names; per second since `before`,
/// `seconds` earlier. Nothing: it is not there, is no number, or there is nothing before it.
std::optional<double> valueOf(const ChosenFigure &figure, const QList<Metric> &metrics, const QList<Metric> &before,
                              double seconds);
/// "1.24 s", "48.2 MiB", "12.0 requests/s": three digits and the unit; an en dash for nothing. Seconds and bytes take
/// the prefix that suits them.
QString textOf(const ChosenFigure &figure, std::optional<double> value);

/// As profiles keep them; errors name the member and its bound.
QJsonArray toJson(const QList<ChosenFigure> &figures);
probe::Parsed<QList<ChosenFigure>> figuresFromJson(const QJsonArray &array);

} // namespace openloop::gui
