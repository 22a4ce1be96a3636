// SPDX-License-Identifier: GPL-3.0-or-later
// See metrics.h.
#include "gui/models/metrics.h"

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

/// The first metric whose bare name contains all of `parts`, histograms' series aside.
std::optional<double> valueOf(const QList<Metric> &metrics, std::initializer_list<QStringView> parts)
{
    for (const auto &metric : metrics) {
        const QStringView bare = QStringView(metric.name).left(metric.name.indexOf(u'{'));
        if (bare.endsWith(u"_bucket") || bare.endsWith(u"_sum") || bare.endsWith(u"_count"))
            continue;
        if (std::ranges::all_of(parts, [bare](QStringView part) { return bare.contains(part); }))
            return metric.value;
    }
    return {};
}

} // namespace

QList<Metric> parseMetrics(const QByteArray &text)
{
    QList<Metric> result;
    for (const auto &raw : text.split('\n')) {
        const QByteArray line = raw.trimmed();
        if (line.isEmpty() || line.startsWith('#'))
            continue;
        // Label values may hold spaces: the value stands behind the closing brace.
        const auto nameEnd = line.contains('}') ? line.lastIndexOf('}') + 1 : line.indexOf(' ');
        if (nameEnd <= 0)
            continue;
        bool ok = false;
        const double value = line.mid(nameEnd).trimmed().split(' ').first().toDouble(&ok);
        if (ok)
            result << Metric {QString::fromUtf8(line.left(nameEnd)), value};
    }
    return result;
}

ServerFigures serverFigures(const QList<Metric> &metrics)
{
    ServerFigures result;
    if (const auto lag = valueOf(metrics, {u"loop_lag", u"seconds"}))
        result.loopLagMilliseconds = *lag * 1000;
    result.poolBusy = valueOf(metrics, {u"busy"});
    result.poolSize = valueOf(metrics, {u"cpu", u"threads"});
    if (!result.poolSize)
        result.poolSize = valueOf(metrics, {u"pool", u"size"});
    result.poolQueue = valueOf(metrics, {u"queue"});
    result.inFlight = valueOf(metrics, {u"in_flight"});
    if (!result.inFlight)
        result.inFlight = valueOf(metrics, {u"in_progress"});
    result.residentBytes = valueOf(metrics, {u"resident_memory_bytes"});
    return result;
}

} // namespace openloop::gui
