// SPDX-License-Identifier: GPL-3.0-or-later
// `p99 < 20ms`: the comparison that asserts and SLO rules share, so that both are spelled and judged alike.
#pragma once

#include "gui/probe/samples/parsed.h"
#include "gui/probe/samples/statistics.h"

namespace openloop::probe {

enum class Quantity { P50, P90, P95, P99, P999, Max, Errors, Availability, Rate, N, Isolation, Certificate };
enum class Comparison { Less, LessOrEqual, Greater, GreaterOrEqual, Equal };

/// A quantity held against a limit.
/// Limits: durations for p50 p90 p95 p99 p99.9 max; a whole count or `1%` for errors; `99.9%` or 0..1 for
/// availability; good answers per second for rate; a whole count for n; a ratio for isolation; the time that is left of
/// the certificate, an hour or more.
struct Condition {
    Quantity quantity = Quantity::P99;
    Comparison comparison = Comparison::Less;
    double limit = 0; ///< ms, count, share 0..1, ratio or days
    bool share = false; ///< errors were given in percent

    /// What no slowness of this machine explains.
    bool isOfAnswers() const { return quantity == Quantity::Errors || quantity == Quantity::Availability; }
    bool isLatency() const { return quantity <= Quantity::Max; }
    /// The value of the quantity in the condition's unit; nothing when there is no sample.
    std::optional<double> valueOf(const Quantiles &quantiles, std::optional<double> isolation = {}) const;
    /// False too when there is no value. "More than x" (a timeout at the rank) never satisfies < or <=.
    bool holds(const Quantiles &quantiles, std::optional<double> isolation = {}) const;
    /// `p99<20ms`, as parse takes it.
    QString text() const;
    /// The quantity and its value for people: "p99 0.91 ms", "max (n=30) 0.91 ms" (too few for a p99), "errors 3".
    QString valueText(const Quantiles &quantiles, std::optional<double> isolation = {}) const;

    bool operator==(const Condition &) const = default;
};

/// quantity op limit, spaces allowed; op: < <= > >= = ==.
Parsed<Condition> parseCondition(const QString &text);

} // namespace openloop::probe
