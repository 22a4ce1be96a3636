// SPDX-License-Identifier: GPL-3.0-or-later
// See siqs_parameters.h; bench/tune_siqs measures the rows.
#include "server/factoring/siqs_parameters.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace openloop::factoring::siqs {

namespace {

struct Row {
    double bits, primes, blocks, multiplier, smallBound, smallBits, doubleExponent, aPrime;
};

constexpr std::array<Row, 15> table{{
    {50, 40, 1, 20, 12, 4, 0, 40},
    {64, 60, 1, 30, 20, 5, 0, 60},
    {80, 90, 1, 40, 30, 6, 0, 100},
    {100, 130, 1, 40, 40, 7, 0, 150},
    {128, 260, 1, 40, 60, 8, 0, 250},
    {150, 600, 1, 40, 100, 9, 0, 400},
    {166, 1000, 2, 50, 150, 10, 0, 600},
    {183, 1900, 2, 50, 200, 10, 0, 1000},
    {200, 3500, 3, 60, 256, 10, 0, 1500},
    {216, 6400, 4, 70, 256, 10, 0, 2000},
    {233, 12500, 4, 80, 256, 10, 0, 2500},
    {249, 27000, 4, 90, 256, 10, 0, 3000},
    {266, 47000, 4, 90, 256, 10, 0, 3500},
    {298, 75000, 6, 120, 256, 10, 0, 4000},
    {332, 120000, 8, 150, 256, 10, 0, 4500},
}};

double mix(double from, double to, double part)
{
    return from + (to - from) * part;
}

} // namespace

Parameters parametersFor(unsigned bits)
{
    const double at = std::clamp(double(bits), table.front().bits, table.back().bits);
    std::size_t high = 1;
    while (high + 1 < table.size() && table[high].bits < at)
        ++high;
    const Row &a = table[high - 1];
    const Row &b = table[high];
    const double part = (at - a.bits) / (b.bits - a.bits);
    const auto rounded = [&](double Row::*field) { return unsigned(std::lround(mix(a.*field, b.*field, part))); };

    Parameters found;
    // The factor base grows geometrically, the rest nearly linearly.
    found.factorBase = unsigned(std::exp(mix(std::log(a.primes), std::log(b.primes), part)));
    found.blocks = rounded(&Row::blocks);
    found.largeMultiplier = rounded(&Row::multiplier);
    found.smallBound = rounded(&Row::smallBound);
    found.smallBits = rounded(&Row::smallBits);
    found.doubleExponent = part < 0.5 ? a.doubleExponent : b.doubleExponent;
    found.aPrime = rounded(&Row::aPrime);
    found.extra = found.factorBase < 1000 ? 12 : 40;
    return found;
}

} // namespace openloop::factoring::siqs
