// SPDX-License-Identifier: GPL-3.0-or-later
// What the monitor writes for Prometheus beyond single values: histograms and states.
#pragma once

#include "common/exposition.h"
#include "gui/probe/samples/clock.h"

#include <array>

namespace openloop::probe {

/// Durations counted by fixed bounds from 0.1 ms to 10 s, 1-2-5, so that those of many monitors can be added. Never
/// forgets: it goes on for as long as the process lives, in 144 bytes. A value; one thread.
class ClassicHistogram
{
public:
    static constexpr std::array<Nanoseconds, 16> bounds{
        std::chrono::microseconds(100), std::chrono::microseconds(200), std::chrono::microseconds(500),
        std::chrono::milliseconds(1),   std::chrono::milliseconds(2),   std::chrono::milliseconds(5),
        std::chrono::milliseconds(10),  std::chrono::milliseconds(20),  std::chrono::milliseconds(50),
        std::chrono::milliseconds(100), std::chrono::milliseconds(200), std::chrono::milliseconds(500),
        std::chrono::seconds(1),        std::chrono::seconds(2),        std::chrono::seconds(5),
        std::chrono::seconds(10)};

    void add(Nanoseconds duration);
    /// It took more than this, and nobody knows how much: above all bounds.
    void addMoreThan(Nanoseconds duration);

    qint64 upTo(std::size_t bound) const { return m_upTo[bound]; } ///< cumulative, of bounds[bound]
    qint64 count() const { return m_count; }
    double sum() const { return m_sum; } ///< s

private:
    std::array<qint64, bounds.size()> m_upTo{};
    qint64 m_count = 0;
    double m_sum = 0;
};

/// Prometheus text format 0.0.4, of what this monitor counts.
class Exposition : public openloop::Exposition
{
public:
    using openloop::Exposition::value;
    void value(const Labels &labels, const ClassicHistogram &histogram);
    /// One gauge per state, 1 for that which it is.
    void states(const Labels &labels, const std::vector<QString> &all, const QString &current);
};

} // namespace openloop::probe
