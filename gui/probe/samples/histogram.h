// SPDX-License-Identifier: GPL-3.0-or-later
// Latencies by the million in a few hundred bytes, mergeable without loss: what long ranges and rollups are
// made of.
#pragma once

#include "gui/probe/samples/clock.h"

#include <QByteArray>

#include <optional>
#include <span>
#include <vector>

namespace openloop::probe {

/// Log-linear histogram of durations: 128 buckets per power of two, so a value read back is within 0.4 % of
/// one put in. Sparse: costs 8 bytes per bucket in use. A value type; not for two threads at once. After Gil
/// Tene's HdrHistogram (hdrhistogram.org).
class Histogram
{
public:
    static constexpr Nanoseconds highest = std::chrono::hours(4); ///< anything above is counted as this

    struct Bucket {
        quint32 index = 0;
        quint32 count = 0;
    };

    /// duration: 0 ns or more (less counts as 0), at most `highest`. Saturates at 2^32-1 per bucket.
    void add(Nanoseconds duration, quint32 count = 1);
    void merge(const Histogram &other);
    /// Halves its memory until it is added to or read, other than by being merged into another.
    void squeeze();

    qint64 count() const { return m_count; }
    /// Value at nearest rank ceil(q*n), 0 < q <= 1, within 0.4 %; nothing when empty.
    std::optional<Nanoseconds> quantile(double q) const;
    /// Value at 1-based rank, 1..count().
    std::optional<Nanoseconds> atRank(qint64 rank) const;

    /// Ascending buckets in use, for drawing.
    std::span<const Bucket> buckets() const { return spread(); }
    static Nanoseconds lowerBound(quint32 index);
    static Nanoseconds upperBound(quint32 index); ///< exclusive

    /// Bytes for a session file; fromBytes of anything else gives an empty histogram, never a crash.
    QByteArray toBytes() const;
    static Histogram fromBytes(const QByteArray &bytes);

private:
    struct Squeezed {
        quint16 index = 0;
        quint16 count = 0;
    };
    std::vector<Bucket> &spread() const;
    template <typename Buckets>
    void mergeBuckets(const Buckets &others);

    mutable std::vector<Bucket> m_buckets; ///< ascending by index
    mutable std::vector<Squeezed> m_squeezed; ///< in place of them
    qint64 m_count = 0;
};

} // namespace openloop::probe
