// SPDX-License-Identifier: GPL-3.0-or-later
// The past of one target in bounded memory: single samples for the last while, rollups for all of it, gaps with reasons.
#pragma once

#include "gui/probe/statistics.h"

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

/// History of one target. At most `capacity` samples of 24 bytes (864,000 is 24 h at 10 Hz) plus a rollup of about
/// 400 bytes per 10 s, kept for 8 days. A value; one thread.
class Series
{
public:
    static constexpr Nanoseconds rollup = std::chrono::seconds(10);
    static constexpr qsizetype maxRollups = 8 * 24 * 360;

    explicit Series(Instant origin = {}, qsizetype capacity = 864'000);

    void add(const Sample &sample);
    void addGap(const Gap &gap);
    /// Takes a sample out of a recording, in any order.
    void add(const PackedSample &sample);
    /// Takes a rollup out of a recording; `index` counts rollup lengths since the origin. Merges with what is there.
    void addRollup(qint64 index, const Statistics &statistics);

    Instant origin() const { return m_origin; }
    bool isEmpty() const { return m_samples.empty() && m_rollups.empty(); }
    /// First and last due time that anything is known of; equal when empty.
    Instant begin() const;
    Instant end() const;

    /// Samples due in [from, until), ascending by due; valid until the next add.
    std::span<const PackedSample> samples(Instant from, Instant until) const;
    /// The last sample added.
    const std::optional<Sample> &last() const { return m_last; }

    /// Of the ticks due in [from, until). Exact while single samples reach back to `from` and are at most 100k;
    /// beyond: merged rollups, whose ends are then rounded to 10 s.
    Quantiles quantiles(Instant from, Instant until) const;
    Statistics statistics(Instant from, Instant until) const;

    /// [from, until) in `count` columns of equal width, 1 <= count <= 10,000, those without a tick with n = 0.
    QList<Column> columns(Instant from, Instant until, int count) const;

    const QList<Gap> &gaps() const { return m_gaps; } ///< ascending, not overlapping

private:
    Nanoseconds since(Instant instant) const { return instant - m_origin; }
    void trim();

    Instant m_origin;
    qsizetype m_capacity;
    std::vector<PackedSample> m_samples; ///< ascending by due
    bool m_trimmed = false;
    std::map<qint64, Statistics> m_rollups;
    std::optional<Sample> m_last;
    QList<Gap> m_gaps;
};

} // namespace openloop::probe
