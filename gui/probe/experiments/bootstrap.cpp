// SPDX-License-Identifier: GPL-3.0-or-later
// How sure one can be of a ratio of percentiles: the interval that isolation verdicts are given with.
#include "gui/probe/experiments/isolation.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <random>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

constexpr int resamples = 1000;

double p99(std::vector<Nanoseconds> &values)
{
    const auto rank = static_cast<std::ptrdiff_t>(std::ceil(0.99 * static_cast<double>(values.size())));
    const auto at = values.begin() + std::max<std::ptrdiff_t>(0, rank - 1);
    std::nth_element(values.begin(), at, values.end());
    return std::max(1.0, static_cast<double>(at->count()));
}

/// Blocks of neighbours, drawn with replacement, until there are as many as before.
void resample(std::span<const Nanoseconds> from, std::vector<Nanoseconds> &to, std::mt19937 &random)
{
    const auto block = std::max<std::size_t>(1, static_cast<std::size_t>(std::cbrt(static_cast<double>(from.size()))));
    std::uniform_int_distribution<std::size_t> start(0, from.size() - block);
    to.clear();
    while (to.size() < from.size()) {
        const auto first = start(random);
        const auto count = std::min(block, from.size() - to.size());
        for (std::size_t i = 0; i < count; ++i)
            to.push_back(from[first + i]);
    }
}

} // namespace

QString Ratio::text() const
{
    const auto digits = [](double x) { return QString::number(x, 'f', x < 10 ? 2 : (x < 100 ? 1 : 0)); };
    return QCoreApplication::translate("Ratio", "%1 (%2 to %3)").arg(digits(value), digits(low), digits(high));
}

std::optional<Ratio> p99Ratio(std::span<const Nanoseconds> before, std::span<const Nanoseconds> during)
{
    if (before.empty() || during.empty())
        return {};
    std::mt19937 random(20240229); // any fixed seed: the same samples give the same interval
    std::vector<Nanoseconds> a(before.begin(), before.end());
    std::vector<Nanoseconds> b(during.begin(), during.end());
    Ratio ratio;
    ratio.value = p99(b) / p99(a);
    std::vector<double> ratios;
    ratios.reserve(resamples);
    for (int i = 0; i < resamples; ++i) {
        resample(before, a, random);
        resample(during, b, random);
        ratios.push_back(p99(b) / p99(a));
    }
    std::ranges::sort(ratios);
    ratio.low = std::min(ratio.value, ratios[resamples * 25 / 1000]);
    ratio.high = std::max(ratio.value, ratios[resamples * 975 / 1000]);
    return ratio;
}

} // namespace openloop::probe
