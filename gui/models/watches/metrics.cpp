// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the exposition line by line, and finds figures under the names they go by.
#include "gui/models/watches/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

/// Reads `name="value"` pairs up to the closing brace; false: no such thing. Backslashes escape (n, \\, ").
bool readLabels(const QString &line, qsizetype &at, QHash<QString, QString> &labels)
{
    while (at < line.size() && line[at] != u'}') {
        const auto equals = line.indexOf(u'=', at);
        if (equals < 0 || equals + 1 >= line.size() || line[equals + 1] != u'"')
            return false;
        const QString name = line.sliced(at, equals - at).trimmed();
        QString value;
        for (at = equals + 2; at < line.size() && line[at] != u'"'; ++at) {
            if (line[at] == u'\\' && at + 1 < line.size())
                value += line[++at] == u'n' ? QChar(u'\n') : line[at];
            else
                value += line[at];
        }
        labels[name] = value;
        for (++at; at < line.size() && (line[at] == u',' || line[at] == u' ');)
            ++at;
    }
    return at++ < line.size();
}

/// Sum of all series of the first name that is there.
std::optional<double> sumOf(const QList<Metric> &metrics, std::initializer_list<QStringView> names)
{
    for (const auto name : names) {
        std::optional<double> sum;
        for (const auto &metric : metrics) {
            if (metric.name == name && std::isfinite(metric.value))
                sum = sum.value_or(0) + metric.value;
        }
        if (sum)
            return sum;
    }
    return {};
}

double upperBound(const Metric &bucket)
{
    const QString bound = bucket.labels.value(u"le"_s);
    return bound == u"+Inf"_s ? std::numeric_limits<double>::infinity() : bound.toDouble();
}

/// Upper bound of the highest bucket that grew between two scrapes, in the histogram's unit.
std::optional<double> highestIn(const QList<Metric> &metrics, const QList<Metric> &before, QStringView histogram)
{
    const QString name = histogram.toString() + u"_bucket"_s;
    const auto countAt = [&name](const QList<Metric> &scrape, double bound) {
        const auto found =
            std::ranges::find_if(scrape, [&](const auto &m) { return m.name == name && upperBound(m) == bound; });
        return found == scrape.end() ? 0 : found->value;
    };
    std::vector<double> bounds;
    for (const auto &metric : metrics) {
        const double bound = metric.name == name ? upperBound(metric) : std::nan("");
        if (!std::isnan(bound)) // has no place in an order
            bounds.push_back(bound);
    }
    std::ranges::sort(bounds);
    std::optional<double> highest;
    double below = 0;
    double last = 0;
    for (const double bound : bounds) {
        const double grown = countAt(metrics, bound) - countAt(before, bound);
        // Beyond the last finite bound only that bound is known.
        if (grown > below || !highest)
            highest = std::isinf(bound) ? last : bound;
        below = grown;
        last = bound;
    }
    return highest;
}

} // namespace

QList<Metric> parseMetrics(const QByteArray &text)
{
    QList<Metric> result;
    for (const auto &raw : text.split('\n')) {
        const QString line = QString::fromUtf8(raw).trimmed();
        if (line.isEmpty() || line.startsWith(u'#'))
            continue;
        qsizetype at = 0;
        while (at < line.size() && line[at] != u'{' && line[at] != u' ')
            ++at;
        Metric metric{line.left(at), {}, 0};
        if (at < line.size() && line[at] == u'{' && !readLabels(line, ++at, metric.labels))
            continue;
        const QString value = line.mid(at).trimmed().section(u' ', 0, 0);
        bool ok = value == u"+Inf"_s;
        metric.value = ok ? std::numeric_limits<double>::infinity() : value.toDouble(&ok);
        if (ok && !metric.name.isEmpty())
            result << metric;
    }
    return result;
}

ServerFigures serverFigures(const QList<Metric> &metrics, const QList<Metric> &before, double seconds)
{
    ServerFigures result;
    auto lag = highestIn(metrics, before, u"openloop_event_loop_lag_seconds");
    if (!lag)
        lag = sumOf(metrics, {u"nodejs_eventloop_lag_max_seconds", u"nodejs_eventloop_lag_seconds"});
    if (lag)
        result.loopLagMilliseconds = *lag * 1000;
    result.poolBusy = sumOf(metrics, {u"openloop_pool_busy"});
    result.poolSize = sumOf(metrics, {u"openloop_pool_threads"});
    result.queued = sumOf(metrics, {u"openloop_queue_length"});
    result.inFlight =
        sumOf(metrics, {u"openloop_requests_in_flight", u"http_requests_in_progress", u"http_requests_in_flight"});
    result.residentBytes = sumOf(metrics, {u"process_resident_memory_bytes"});
    const auto since = [&](QStringView name) -> std::optional<double> {
        const auto now = sumOf(metrics, {name});
        return now ? std::optional(std::max(0.0, *now - sumOf(before, {name}).value_or(0))) : std::nullopt;
    };
    result.refusals = since(u"openloop_refusals_total");
    if (const auto spent = since(u"process_cpu_seconds_total"); spent && seconds > 0)
        result.cpuShare = *spent / seconds;
    for (const auto &metric : metrics) {
        if (metric.name == u"openloop_build_info")
            result.build = metric.labels.value(u"version"_s);
    }
    return result;
}

} // namespace openloop::gui
