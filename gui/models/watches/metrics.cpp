// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the exposition line by line, and finds figures under the names they go by.
#include "gui/models/watches/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

/// Walks over one line of an exposition.
class Line
{
public:
    explicit Line(const QString &text) : m_text(text) { }

    void skipBlanks()
    {
        while (m_at < m_text.size() && (m_text[m_at] == u' ' || m_text[m_at] == u'\t'))
            ++m_at;
    }
    /// True and past it if it stands here.
    bool take(char16_t character)
    {
        if (m_at >= m_text.size() || m_text[m_at] != character)
            return false;
        ++m_at;
        return true;
    }
    /// What stands here up to one of `ends`.
    QString until(QStringView ends)
    {
        const auto from = m_at;
        while (m_at < m_text.size() && !ends.contains(m_text[m_at]))
            ++m_at;
        return m_text.sliced(from, m_at - from);
    }
    /// A text in quotes, in which backslashes escape (n, \\, "); nothing: none stands here.
    std::optional<QString> quoted()
    {
        if (!take(u'"'))
            return {};
        QString value;
        for (; m_at < m_text.size() && m_text[m_at] != u'"'; ++m_at) {
            if (m_text[m_at] == u'\\' && m_at + 1 < m_text.size())
                value += m_text[++m_at] == u'n' ? QChar(u'\n') : m_text[m_at];
            else
                value += m_text[m_at];
        }
        return take(u'"') ? std::optional(value) : std::nullopt;
    }

private:
    QString m_text;
    qsizetype m_at = 0;
};

/// Reads what stands in braces: `name="value"` pairs, and a name of the metric itself where that is quoted; false: no
/// such thing.
bool readLabels(Line &line, Metric &metric)
{
    for (line.skipBlanks(); !line.take(u'}'); line.skipBlanks()) {
        const auto quotedName = line.quoted();
        const QString name = quotedName.value_or(quotedName ? QString() : line.until(u"= \t\"},"));
        line.skipBlanks();
        if (line.take(u'=')) {
            line.skipBlanks();
            const auto value = line.quoted();
            if (!value || name.isEmpty())
                return false;
            metric.labels[name] = *value;
        } else if (quotedName && metric.name.isEmpty()) {
            metric.name = name;
        } else {
            return false;
        }
        line.skipBlanks();
        if (line.take(u','))
            continue;
        return line.take(u'}');
    }
    return true;
}

/// As strtod reads it, and Go: `+Inf` and `NaN` in any case.
std::optional<double> numberIn(const QString &text)
{
    bool ok = false;
    const QString lower = text.toLower();
    const QString plain = lower.startsWith(u'+') ? lower.sliced(1) : lower;
    if (plain == "inf"_L1 || plain == "infinity"_L1)
        return std::numeric_limits<double>::infinity();
    if (plain == "-inf"_L1 || plain == "-infinity"_L1)
        return -std::numeric_limits<double>::infinity();
    if (plain == "nan"_L1)
        return std::numeric_limits<double>::quiet_NaN();
    const double value = plain.toDouble(&ok);
    return ok ? std::optional(value) : std::nullopt;
}

/// What follows the value (a time, an exemplar) says nothing of it.
std::optional<Metric> metricIn(const QString &text)
{
    Line line(text);
    Metric metric{line.until(u"{ \t"), {}, 0};
    line.skipBlanks();
    if (line.take(u'{') && !readLabels(line, metric))
        return {};
    line.skipBlanks();
    const auto value = numberIn(line.until(u" \t"));
    if (!value || metric.name.isEmpty())
        return {};
    metric.value = *value;
    return metric;
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
    return numberIn(bucket.labels.value(u"le"_s)).value_or(std::nan(""));
}

/// Counts by upper bound, those of all series of a histogram in one.
std::map<double, double> bucketsOf(const QList<Metric> &metrics, QStringView histogram)
{
    const QString name = histogram.toString() + u"_bucket"_s;
    std::map<double, double> buckets;
    for (const auto &metric : metrics) {
        const double bound = metric.name == name ? upperBound(metric) : std::nan("");
        if (!std::isnan(bound) && !std::isnan(metric.value)) // NaN has no place in an order
            buckets[bound] += metric.value;
    }
    return buckets;
}

/// Upper bound of the highest bucket that grew between two scrapes, in the histogram's unit.
std::optional<double> highestIn(const QList<Metric> &metrics, const QList<Metric> &before, QStringView histogram)
{
    auto countsBefore = bucketsOf(before, histogram);
    std::optional<double> highest;
    double below = 0;
    double last = 0;
    for (const auto &[bound, count] : bucketsOf(metrics, histogram)) {
        const double grown = count - countsBefore[bound];
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
    for (qsizetype from = 0; from < text.size() && result.size() <= mostMetrics;) {
        const auto end = text.indexOf('\n', from);
        const QString line = QString::fromUtf8(text.mid(from, end < 0 ? -1 : end - from)).trimmed();
        from = end < 0 ? text.size() : end + 1;
        if (line == "# EOF"_L1)
            break;
        if (line.startsWith(u'#'))
            continue;
        if (const auto metric = metricIn(line))
            result << *metric;
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
