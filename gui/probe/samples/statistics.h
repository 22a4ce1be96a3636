// SPDX-License-Identifier: GPL-3.0-or-later
// Percentiles that don't flatter: exact where possible, timeouts and skipped ticks counted as what they are,
// no averages.
#pragma once

#include "gui/probe/samples/histogram.h"
#include "gui/probe/samples/sample.h"

#include <optional>
#include <span>
#include <vector>

namespace openloop::probe {

/// A latency at some rank. `atLeast`: a timeout or a skipped tick lies at or below the rank, so the truth is
/// more than `value`.
struct Quantile {
    Nanoseconds value{0};
    bool atLeast = false;

    /// "0.91 ms", "> 5 s".
    QString text() const;
};

/// What is known about a set of samples.
struct Quantiles {
    qint64 n = 0; ///< ticks: ok + errors + skipped
    qint64 measured = 0; ///< those with a latency: ok, timed out, skipped; what the percentiles are of
    qint64 errors = 0; ///< timeouts included, skipped not
    qint64 timeouts = 0;
    qint64 skipped = 0;
    qint64 lost = 0; ///< of the skipped, those that the monitor lost itself: no share and no percentile knows them
    qint64 retried = 0; ///< those whose kept connection was closed as they left, so that they were sent again
    std::optional<Nanoseconds> certificateLeft; ///< until the service's certificate ends; nothing: it showed none
    Nanoseconds over{0}; ///< the time in which they came; 0: not known
    bool exact = true; ///< false: from a histogram, within 0.4 %
    std::optional<Quantile> p50, p90, p95, p99, p999, max; ///< nothing: no sample with a latency

    static constexpr qint64 enoughForP99 = 100;
    static constexpr qint64 enoughForP999 = 1000;
    bool hasP99() const { return measured >= enoughForP99; }
    /// "p99", or "max (n=50)" where there are too few samples to speak of a p99.
    QString p99Label() const;
    /// The same of the p99.9.
    QString p999Label() const;
    /// Adds ticks that the monitor itself lost.
    void addLost(qint64 ticks);
    qint64 succeeded() const { return n - errors - skipped; }
    double errorShare() const; ///< 0..1, errors of n; 0 for n = 0
    double hiddenShare() const; ///< the same of errors that no percentile knows: all but timeouts
    double availability() const; ///< 0..1, ok of n; 0 for n = 0
    std::optional<double> rate() const; ///< good answers per second
};

/// Collects samples of one target: exact up to 100,000 with a latency, merged histograms beyond. A value; one
/// thread.
class Statistics
{
public:
    static constexpr qint64 exactUpTo = 100'000;

    /// What to keep of each sample: its value while that is affordable, or only its place in a histogram.
    enum class Keep { Values, Histogram };

    explicit Statistics(Keep keep = Keep::Values) : m_exact(keep == Keep::Values) { }

    void add(const Sample &sample) { add(sample.outcome, sample.response(), sample.retried); }
    void add(const PackedSample &sample) { add(sample.outcome(), sample.response(), sample.retried()); }
    void add(Outcome outcome, Nanoseconds response, bool retried = false);
    void merge(const Statistics &other);
    /// Gives back memory; for collections that are complete.
    void squeeze() { m_histogram.squeeze(); }

    /// Percentiles of `response` by nearest rank, ceil(q*n).
    Quantiles quantiles() const;
    /// 0 < q <= 1; nothing when no sample has a latency.
    std::optional<Quantile> quantile(double q) const;

    qint64 n() const { return m_n; }
    /// As that of the quantiles, which take longer.
    double errorShare() const { return m_n > 0 ? static_cast<double>(m_errors) / static_cast<double>(m_n) : 0; }
    /// Has room for so many samples more.
    void reserve(std::size_t samples)
    {
        if (m_exact)
            m_values.reserve(m_values.size() + samples);
    }
    /// Of all that the percentiles are of, for drawing: a timeout at the time at which it was given up, a skipped tick
    /// at the longest of all.
    Histogram histogram() const;
    /// The shortest time after which one was given up; those that were skipped: the longest of all. Nothing: each is
    /// known.
    std::optional<Nanoseconds> knownUpTo() const;

    /// Bytes for a session file (values become a histogram); anything unreadable gives an empty collection.
    QByteArray toBytes() const;
    static Statistics fromBytes(const QByteArray &bytes);

private:
    void giveUpValues();
    Histogram finished() const;
    qint64 measured() const { return m_finished + m_timeouts + m_skipped; }
    Quantile atRank(qint64 rank) const;
    Quantile exactAtRank(qint64 rank) const;

    mutable std::vector<Nanoseconds> m_values; ///< finished ones, while exact; sorted on demand
    mutable std::vector<Nanoseconds> m_timeoutValues; ///< while exact; sorted on demand
    mutable bool m_sorted = true;
    Histogram m_histogram; ///< finished ones, once inexact
    Histogram m_timeoutHistogram; ///< once inexact
    Nanoseconds m_longest{0};
    qint64 m_n = 0;
    qint64 m_finished = 0;
    qint64 m_errors = 0;
    qint64 m_timeouts = 0;
    qint64 m_skipped = 0;
    qint64 m_retried = 0;
    bool m_exact = true;
};

/// Percentiles of packed samples, exact up to Statistics::exactUpTo.
Quantiles quantilesOf(std::span<const PackedSample> samples);

} // namespace openloop::probe
