// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps the newest samples, and of all of them a rollup per stretch; answers from whichever suffices.
#include "gui/probe/samples/series.h"

#include <algorithm>

namespace openloop::probe {

namespace {

constexpr std::size_t large = 40'000; // samples: 1 MB, which malloc maps and gives back

qint64 rollupIndex(Nanoseconds time)
{
    const auto index = time / Series::rollup;
    return time < Nanoseconds(0) ? index - 1 : index;
}

} // namespace

Series::Series(Instant origin, qsizetype capacity, std::size_t rollups)
    : m_origin(origin), m_capacity(static_cast<std::size_t>(std::max<qsizetype>(1, capacity))),
      m_mostRollups(std::max<std::size_t>(1, rollups))
{
}

void Series::add(const Sample &sample)
{
    const PackedSample packed(sample, m_origin);
    // Nearly always the end: only a tick that finished before an earlier one goes further up.
    auto at = m_samples.end();
    while (at != m_samples.begin() && std::prev(at)->due() > packed.due())
        --at;
    if (m_samples.size() == m_samples.capacity()) {
        const auto place = at - m_samples.begin();
        const auto whole = m_capacity + slack() + 1;
        // Once large, room for all: untouched pages cost nothing, growing would leave holes as large as what grew.
        m_samples.reserve(m_samples.size() < large ? std::min(whole, m_samples.size() * 3 / 2 + 1024) : whole);
        at = m_samples.begin() + place;
    }
    m_samples.insert(at, packed);
    const auto [rolledUp, isNew] = m_rollups.try_emplace(rollupIndex(packed.due()), Statistics::Keep::Histogram);
    rolledUp->second.add(packed);
    if (isNew && rolledUp != m_rollups.begin())
        std::prev(rolledUp)->second.squeeze();
    m_last = sample;
    if (sample.certificateLeft)
        m_certificateLeft = sample.certificateLeft;
    trim();
}

void Series::trim()
{
    if (m_samples.size() > m_capacity + slack()) {
        m_samples.erase(m_samples.begin(),
                        m_samples.begin() + static_cast<std::ptrdiff_t>(m_samples.size() - m_capacity));
        m_completeFrom = m_samples.front().due();
    }
    while (m_rollups.size() > m_mostRollups) {
        m_forgotten.merge(m_rollups.begin()->second);
        m_rollups.erase(m_rollups.begin());
    }
}

void Series::addGap(const Gap &gap)
{
    auto at = m_gaps.end();
    while (at != m_gaps.begin() && std::prev(at)->from > gap.from)
        --at;
    at = m_gaps.insert(at, gap);
    if (at != m_gaps.begin())
        at->from = std::min(std::max(at->from, std::prev(at)->until), at->until);
    if (m_gaps.size() > maxGaps)
        m_gaps.removeFirst();
}

void Series::addRollup(qint64 index, const Statistics &statistics)
{
    if (m_samples.empty())
        m_completeUntil = m_completeFrom = Nanoseconds(0);
    const auto [rolledUp, isNew] = m_rollups.try_emplace(index, Statistics::Keep::Histogram);
    rolledUp->second.merge(statistics);
}

void Series::setSamples(Instant from, Instant until, std::vector<PackedSample> samples)
{
    std::ranges::stable_sort(samples, {}, &PackedSample::due);
    m_samples = std::move(samples);
    m_completeFrom = since(from);
    m_completeUntil = since(until);
}

Instant Series::begin() const
{
    auto first = Nanoseconds::max();
    if (!m_samples.empty())
        first = m_samples.front().due();
    if (!m_rollups.empty() && m_rollups.begin()->first * rollup < first - rollup)
        first = m_rollups.begin()->first * rollup;
    return isEmpty() ? m_origin : m_origin + first;
}

Instant Series::end() const
{
    auto last = Nanoseconds(0);
    if (!m_samples.empty())
        last = m_samples.back().due();
    if (!m_rollups.empty() && m_rollups.rbegin()->first * rollup > last)
        last = (m_rollups.rbegin()->first + 1) * rollup;
    return m_origin + last;
}

bool Series::hasSamples(Instant from, Instant until) const
{
    return since(from) >= m_completeFrom && since(until) <= m_completeUntil;
}

std::span<const PackedSample> Series::samples(Instant from, Instant until) const
{
    const auto first = std::ranges::lower_bound(m_samples, since(from), {}, &PackedSample::due);
    const auto last = std::ranges::lower_bound(first, m_samples.end(), since(until), {}, &PackedSample::due);
    return {first, last};
}

void Series::addTo(Statistics &statistics, Instant from, Instant until) const
{
    const auto known = samples(from, until);
    statistics.reserve(known.size());
    for (const auto &sample : known)
        statistics.add(sample);
}

Statistics Series::statistics(Instant from, Instant until) const
{
    // Before the first and after the last tick there is nothing to miss.
    const auto earliest = std::max(from, m_origin);
    const auto latest = std::max(earliest, std::min(until, end() + Nanoseconds(1)));
    if (!hasSamples(earliest, latest) || static_cast<qint64>(samples(earliest, latest).size()) > Statistics::exactUpTo)
        return merged(earliest, latest);
    Statistics statistics;
    addTo(statistics, earliest, latest);
    return statistics;
}

Statistics Series::whole() const
{
    if (hasSamples(m_origin, end() + Nanoseconds(1))
        && static_cast<qint64>(m_samples.size()) <= Statistics::exactUpTo) {
        Statistics statistics;
        addTo(statistics, m_origin, end() + Nanoseconds(1));
        return statistics;
    }
    auto statistics = m_forgotten;
    for (const auto &[place, rolledUp] : m_rollups)
        statistics.merge(rolledUp);
    return statistics;
}

Statistics Series::merged(Instant from, Instant until) const
{
    Statistics statistics(Statistics::Keep::Histogram);
    auto first = rollupIndex(since(from));
    auto last = rollupIndex(since(until) - Nanoseconds(1)) + 1;
    const auto afterFirst = m_origin + (first + 1) * rollup;
    if (afterFirst < until && hasSamples(from, afterFirst)) {
        addTo(statistics, from, afterFirst);
        ++first;
    }
    const auto beforeLast = m_origin + (last - 1) * rollup;
    if (beforeLast >= from && last > first && hasSamples(beforeLast, until)) {
        addTo(statistics, beforeLast, until);
        --last;
    }
    for (auto at = m_rollups.lower_bound(first); at != m_rollups.end() && at->first < last; ++at)
        statistics.merge(at->second);
    return statistics;
}

QList<Column> Series::columns(Instant from, Instant until, int count) const
{
    count = std::clamp(count, 1, 10'000);
    const auto total = std::max<Nanoseconds>(until - from, Nanoseconds(count));
    const bool coarse = total / count >= 2 * rollup;
    QList<Column> columns;
    columns.reserve(count);
    for (int i = 0; i < count; ++i) {
        Column column;
        column.from = from + Nanoseconds(total.count() / count * i);
        column.until = i + 1 == count ? until : from + Nanoseconds(total.count() / count * (i + 1));
        column.quantiles =
            (coarse ? merged(column.from, column.until) : statistics(column.from, column.until)).quantiles();
        column.gap = gapWithin(column.from, column.until);
        columns.append(column);
    }
    return columns;
}

std::optional<GapReason> Series::gapWithin(Instant from, Instant until) const
{
    for (const auto &gap : m_gaps) {
        if (gap.from < until && gap.until > from)
            return gap.reason;
    }
    return {};
}

} // namespace openloop::probe
