// SPDX-License-Identifier: GPL-3.0-or-later
// What a service says about itself in the Prometheus text format, and the few figures that explain latency.
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

#include <optional>

namespace openloop::gui {

/// One line of the exposition.
struct Metric {
    QString name; ///< with its labels, as written
    double value = 0;
};

/// All samples of a Prometheus text exposition (version 0.0.4), in order; lines that are none are left out.
QList<Metric> parseMetrics(const QByteArray &text);

/// Figures that explain latency, by the names that services commonly give them; absent where not offered.
struct ServerFigures {
    std::optional<double> loopLagMilliseconds;
    std::optional<double> poolBusy, poolSize, poolQueue;
    std::optional<double> inFlight;
    std::optional<double> residentBytes;
};

ServerFigures serverFigures(const QList<Metric> &metrics);

} // namespace openloop::gui
