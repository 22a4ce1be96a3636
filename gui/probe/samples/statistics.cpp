// SPDX-License-Identifier: GPL-3.0-or-later
// Ranks among values while they are few, among buckets beyond; what is censored lies above.
#include "gui/probe/samples/statistics.h"

#include "gui/probe/samples/durations.h"

#include <QCoreApplication>
#include <QDataStream>
#include <QIODevice>

#include <algorithm>
#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

QString Quantile::text() const
{
    return atLeast ? u"> "_s + formatDuration(value) : formatDuration(value);
}

QString Quantiles::p99Label() const
{
    return hasP99() ? u"p99"_s : QCoreApplication::translate("Quantiles", "max (n=%1)").arg(measured);
}

QString Quantiles::p999Label() const
{
    return measured >= enoughForP999 ? u"p99.9"_s
                                     : QCoreApplication::translate("Quantiles", "max (n=%1)").arg(measured);
}

double Quantiles::errorShare() const
{
    return n > lost ? static_cast<double>(errors) / static_cast<double>(n - lost) : 0;
}

double Quantiles::hiddenShare() const
{
    return n > lost ? static_cast<double>(errors - timeouts) / static_cast<double>(n - lost) : 0;
}

void Quantiles::addLost(qint64 ticks)
{
    n += ticks;
    skipped += ticks;
    lost += ticks;
}

std::optional<double> Quantiles::rate() const
{
    if (over <= Nanoseconds(0))
        return {};
    return static_cast<double>(succeeded()) / std::chrono::duration<double>(over).count();
}

double Quantiles::availability() const
{
    return n > lost ? static_cast<double>(succeeded()) / static_cast<double>(n - lost) : 0;
}

void Statistics::add(Outcome outcome, Nanoseconds response, bool retried)
{
    ++m_n;
    m_retried += retried ? 1 : 0;
    if (isError(outcome))
        ++m_errors;
    if (!hasLatency(outcome))
        return;
    if (outcome == Outcome::Skipped) {
        ++m_skipped;
        m_longest = std::max(m_longest, response);
        return;
    }
    if (m_exact && measured() >= exactUpTo)
        giveUpValues();
    const bool timedOut = outcome == Outcome::TimedOut;
    ++(timedOut ? m_timeouts : m_finished);
    m_longest = std::max(m_longest, response);
    if (m_exact) {
        (timedOut ? m_timeoutValues : m_values).push_back(response);
        m_sorted = false;
    } else {
        (timedOut ? m_timeoutHistogram : m_histogram).add(response);
    }
}

void Statistics::merge(const Statistics &other)
{
    if (!other.m_exact || measured() + other.measured() > exactUpTo)
        giveUpValues();
    if (m_exact) {
        m_values.insert(m_values.end(), other.m_values.begin(), other.m_values.end());
        m_timeoutValues.insert(m_timeoutValues.end(), other.m_timeoutValues.begin(), other.m_timeoutValues.end());
        m_sorted = false;
    } else {
        m_histogram.merge(other.m_histogram);
        m_timeoutHistogram.merge(other.m_timeoutHistogram);
        for (const auto value : other.m_values)
            m_histogram.add(value);
        for (const auto value : other.m_timeoutValues)
            m_timeoutHistogram.add(value);
    }
    m_longest = std::max(m_longest, other.m_longest);
    m_n += other.m_n;
    m_finished += other.m_finished;
    m_errors += other.m_errors;
    m_timeouts += other.m_timeouts;
    m_skipped += other.m_skipped;
    m_retried += other.m_retried;
}

void Statistics::giveUpValues()
{
    if (!m_exact)
        return;
    m_histogram = finished();
    for (const auto value : m_timeoutValues)
        m_timeoutHistogram.add(value);
    m_values = {};
    m_timeoutValues = {};
    m_exact = false;
}

Histogram Statistics::histogram() const
{
    Histogram histogram = finished();
    histogram.merge(m_timeoutHistogram);
    for (const auto value : m_timeoutValues)
        histogram.add(value);
    if (m_skipped > 0)
        histogram.add(m_longest, static_cast<quint32>(m_skipped));
    return histogram;
}

std::optional<Nanoseconds> Statistics::knownUpTo() const
{
    if (!m_timeoutValues.empty())
        return std::ranges::min(m_timeoutValues);
    if (m_timeouts > 0)
        return m_timeoutHistogram.atRank(1);
    return m_skipped > 0 ? std::optional(m_longest) : std::nullopt;
}

Histogram Statistics::finished() const
{
    if (!m_exact)
        return m_histogram;
    Histogram histogram;
    for (const auto value : m_values)
        histogram.add(value);
    return histogram;
}

std::optional<Quantile> Statistics::quantile(double q) const
{
    if (measured() == 0)
        return {};
    const auto rank = static_cast<qint64>(std::ceil(q * static_cast<double>(measured())));
    return atRank(std::clamp<qint64>(rank, 1, measured()));
}

Quantile Statistics::atRank(qint64 rank) const
{
    if (rank > m_finished + m_timeouts)
        return {m_longest, true}; // a skipped tick is slower than all others
    if (rank == measured())
        return {m_longest, m_timeouts > 0};
    if (m_exact)
        return exactAtRank(rank);
    if (m_timeouts == 0)
        return {*m_histogram.atRank(rank), false};
    Histogram both = m_histogram;
    both.merge(m_timeoutHistogram);
    const auto value = *both.atRank(rank);
    return {value, *m_timeoutHistogram.atRank(1) <= value};
}

Quantile Statistics::exactAtRank(qint64 rank) const
{
    if (!m_sorted) {
        std::ranges::sort(m_values);
        std::ranges::sort(m_timeoutValues);
        m_sorted = true;
    }
    // The rank-th of two sorted lists; timeouts are few, so walk them.
    auto values = static_cast<std::size_t>(rank);
    std::size_t timeouts = 0;
    while (timeouts < m_timeoutValues.size()
           && (values > m_values.size() || m_values[values - 1] > m_timeoutValues[timeouts])) {
        ++timeouts;
        --values;
        if (values == 0)
            break;
    }
    auto value = values > 0 ? m_values[values - 1] : Nanoseconds(0);
    if (timeouts > 0)
        value = std::max(value, m_timeoutValues[timeouts - 1]);
    return {value, timeouts > 0};
}

Quantiles Statistics::quantiles() const
{
    Quantiles quantiles;
    quantiles.n = m_n;
    quantiles.measured = measured();
    quantiles.errors = m_errors;
    quantiles.timeouts = m_timeouts;
    quantiles.skipped = m_skipped;
    quantiles.retried = m_retried;
    quantiles.exact = m_exact;
    quantiles.p50 = quantile(0.5);
    quantiles.p90 = quantile(0.9);
    quantiles.p95 = quantile(0.95);
    quantiles.p99 = quantile(0.99);
    quantiles.p999 = quantile(0.999);
    quantiles.max = quantile(1);
    return quantiles;
}

QByteArray Statistics::toBytes() const
{
    Statistics compact = *this;
    compact.giveUpValues();
    QByteArray bytes;
    QDataStream out(&bytes, QIODevice::WriteOnly);
    out << m_n << m_finished << m_errors << m_timeouts << m_skipped << static_cast<qint64>(m_longest.count())
        << compact.m_histogram.toBytes() << compact.m_timeoutHistogram.toBytes() << m_retried;
    return bytes;
}

Statistics Statistics::fromBytes(const QByteArray &bytes)
{
    Statistics statistics(Keep::Histogram);
    qint64 longest = 0;
    QByteArray histogram, timeouts;
    QDataStream in(bytes);
    in >> statistics.m_n >> statistics.m_finished >> statistics.m_errors >> statistics.m_timeouts
        >> statistics.m_skipped >> longest >> histogram >> timeouts;
    if (!in.atEnd()) // recordings of before they were counted
        in >> statistics.m_retried;
    statistics.m_longest = Nanoseconds(longest);
    statistics.m_histogram = Histogram::fromBytes(histogram);
    statistics.m_timeoutHistogram = Histogram::fromBytes(timeouts);
    const auto isCount = [](qint64 count) { return count >= 0 && count < qint64(1) << 40; }; // many can be added up
    const bool consistent = in.status() == QDataStream::Ok && isCount(statistics.m_n) && isCount(statistics.m_errors)
        && isCount(statistics.m_skipped) && isCount(statistics.m_finished) && isCount(statistics.m_timeouts)
        && isCount(statistics.m_retried) && statistics.m_histogram.count() == statistics.m_finished
        && statistics.m_timeoutHistogram.count() == statistics.m_timeouts;
    return consistent ? statistics : Statistics();
}

Quantiles quantilesOf(std::span<const PackedSample> samples)
{
    Statistics statistics;
    for (const auto &sample : samples)
        statistics.add(sample);
    return statistics.quantiles();
}

} // namespace openloop::probe
