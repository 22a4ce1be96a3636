// SPDX-License-Identifier: GPL-3.0-or-later
// Counts by fixed bounds, and shows the counts as buckets.
#include "gui/probe/headless/always_on/exposition.h"

namespace openloop::probe {

namespace {

double secondsOf(Nanoseconds duration)
{
    return std::chrono::duration<double>(duration).count();
}

} // namespace

void ClassicHistogram::add(Nanoseconds duration)
{
    for (std::size_t i = 0; i < bounds.size(); ++i)
        m_upTo[i] += duration <= bounds[i] ? 1 : 0;
    addMoreThan(duration);
}

void ClassicHistogram::addMoreThan(Nanoseconds duration)
{
    ++m_count;
    m_sum += secondsOf(duration);
}

void Exposition::value(const Labels &labels, const ClassicHistogram &counted)
{
    std::vector<Bucket> buckets;
    for (std::size_t i = 0; i < ClassicHistogram::bounds.size(); ++i)
        buckets.push_back({secondsOf(ClassicHistogram::bounds[i]), static_cast<quint64>(counted.upTo(i))});
    buckets.push_back({std::nullopt, static_cast<quint64>(counted.count())});
    histogram(labels, buckets, counted.sum());
}

void Exposition::states(const Labels &labels, const std::vector<QString> &all, const QString &current)
{
    for (const auto &state : all) {
        auto labelled = labels;
        labelled.emplace_back("state", state);
        value(labelled, state == current ? 1 : 0);
    }
}

} // namespace openloop::probe
