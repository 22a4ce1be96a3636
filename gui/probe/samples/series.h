// SPDX-License-Identifier: GPL-3.0-or-later
// The past of one target in bounded memory: single samples for the last while, rollups for all of it, gaps
// with reasons.
#pragma once

#include "gui/probe/samples/statistics.h"

#include <QList>

#include <map>
#include <span>
#include <vector>

namespace openloop::probe {

/// What a chart draws in one column of pixels.
struct Column {
    Instant from;
    Instant until;
    Quantiles quantiles;
    std::optional<GapReason> gap; ///< set where the column lies in a gap: draw no line across
};

/// History of one target. At most `capacity` samples of 24 bytes (864,000 is 24 h at 10 Hz) plus `rollups`, one of
/// a few hundred bytes per 30 s (for 8 days), and the last gaps. A value; one thread.
class Series
{
public:
    static constexpr Nanoseconds rollup = std::chrono::seconds(30);
    static constexpr std::size_t maxRollups = 8 * 24 * 120;
    static constexpr qsizetype maxGaps = 2000;

    explicit Series(Instant origin = {}, qsizetype capacity = 864'000, std::size_t rollups = maxRollups);

    void add(const Sample &sample);
    void addGap(const Gap &gap);

    /// For recordings: a rollup, `index` counting rollup lengths since the origin. Merges with what is there.
    /// A series that was given rollups knows no single samples until setSamples.
    void addRollup(qint64 index, const Statistics &statistics);
    /// For recordings: all the samples due in [from, until), instead of those held before.
    void setSamples(Instant from, Instant until, std::vector<PackedSample> samples);

    Instant origin() const { return m_origin; }
    bool isEmpty() const { return m_samples.empty() && m_rollups.empty(); }
    /// First and last due time that anything is known of; the origin when empty.
    Instant begin() const;
    Instant end() const;
    /// True when every single sample due in [from, until) is at hand.
    bool hasSamples(Instant from, Instant until) const;

    /// Samples at hand that were due in [from, until), ascending by due; valid until the next add.
    std::span<const PackedSample> samples(Instant from, Instant until) const;
    /// The last sample added; nothing in a recording.
    const std::optional<Sample> &last() const { return m_last; }
    /// Until the service's certificate ends, when that was seen last; nothing: it showed none.
    const std::optional<Nanoseconds> &certificateLeft() const { return m_certificateLeft; }
    /// For recordings, where the samples know nothing of it.
    void setCertificateLeft(const std::optional<Nanoseconds> &left) { m_certificateLeft = left; }

    /// Of the ticks due in [from, until). Exact while the single samples are at hand and at most 100k of
    /// them; beyond: merged rollups, where an end without single samples is rounded outwards to 30 s.
    Quantiles quantiles(Instant from, Instant until) const { return statistics(from, until).quantiles(); }
    Statistics statistics(Instant from, Instant until) const;
    /// Of all ticks there ever were, also those beyond what columns are made of.
    Statistics whole() const;

    /// [from, until) in `count` columns of equal width, 1 <= count <= 10,000, those without a tick with n =
    /// 0. Columns of a minute and more come from rollups. Past columns stay as they are, so they may be
    /// cached.
    QList<Column> columns(Instant from, Instant until, int count) const;

    const QList<Gap> &gaps() const { return m_gaps; } ///< ascending, not overlapping

private:
    Nanoseconds since(Instant instant) const { return instant - m_origin; }
    void addTo(Statistics &statistics, Instant from, Instant until) const;
    Statistics merged(Instant from, Instant until) const;
    std::optional<GapReason> gapWithin(Instant from, Instant until) const;
    void trim();
    /// How much more than the capacity may gather before it is cut: each cut moves all that stays.
    std::size_t slack() const { return m_capacity / 64; }

    Instant m_origin;
    std::size_t m_capacity;
    std::size_t m_mostRollups;
    std::vector<PackedSample> m_samples; ///< ascending by due
    Nanoseconds m_completeFrom{0}; ///< single samples are complete between these
    Nanoseconds m_completeUntil = Nanoseconds::max();
    std::map<qint64, Statistics> m_rollups;
    Statistics m_forgotten{Statistics::Keep::Histogram}; ///< of the rollups that went
    std::optional<Sample> m_last;
    std::optional<Nanoseconds> m_certificateLeft;
    QList<Gap> m_gaps;
};

} // namespace openloop::probe
