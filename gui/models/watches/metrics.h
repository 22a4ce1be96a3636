// SPDX-License-Identifier: GPL-3.0-or-later
// What a service says about itself in the text formats of Prometheus and OpenMetrics, and the few figures that explain
// latency.
#pragma once

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QString>

#include <optional>

namespace openloop::gui {

/// One line of the exposition.
struct Metric {
    QString name; ///< bare
    QHash<QString, QString> labels;
    double value = 0;
};

/// Samples of an exposition that are read.
inline constexpr qsizetype mostMetrics = 100'000;

/// The samples of a Prometheus text exposition (0.0.4, 1.0.0) or of OpenMetrics, in order, up to `# EOF`; lines that
/// are none are left out. One more than mostMetrics where there are more.
QList<Metric> parseMetrics(const QByteArray &text);

/// Figures that explain latency, by openloop-server's names or those that services commonly give; absent where not
/// offered.
struct ServerFigures {
    std::optional<double> loopLagMilliseconds; ///< the highest since the scrape before: at most so much
    std::optional<double> poolBusy, poolSize;
    std::optional<double> queued; ///< waiting computations, all lanes
    std::optional<double> inFlight;
    std::optional<double> residentBytes;
    std::optional<double> cpuShare; ///< of one processor since the scrape before; 2: two are busy
    std::optional<double> refusals; ///< since the scrape before
    QString build; ///< version of the service
};

/// `before`: the scrape before, `seconds` earlier; without it what counts since then is counted since the start.
ServerFigures serverFigures(const QList<Metric> &metrics, const QList<Metric> &before = {}, double seconds = 0);

} // namespace openloop::gui
