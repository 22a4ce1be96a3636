// SPDX-License-Identifier: GPL-3.0-or-later
// See siqs_parameters.h; bench/tune_siqs measures the rows.
#include "server/factoring/siqs_parameters.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace openloop::factoring::siqs
{

namespace
{

struct Row {
    double bits, primes, blocks, multiplier, smallBound, smallBits, doubleExponent, aPrime;
};

constexpr std::array<Row, 14> table{{
    {50, 40, 1, 20, 12, 5, 0, 40},
    {64, 70, 1, 25, 16, 6, 0, 70},
    {80, 120, 1, 25, 25, 8, 0, 110},
    {100, 190, 1, 25, 40, 11, 0, 170},
    {116, 320, 1, 25, 60, 14, 0, 250},
    {133, 500, 1, 30, 80, 17, 0, 340},
    {150, 900, 1, 40, 130, 20, 0, 500},
    {166, 1500, 1, 50, 200, 23, 0, 800},
    {183, 2700, 1, 60, 250, 26, 0, 1200},
    {200, 4500, 2, 80, 300, 28, 0, 1500},
    {233, 14000, 2, 80, 300, 29, 0, 2500},
    {266, 47000, 3, 90, 300, 30, 0, 3500},
    {298, 85000, 4, 120, 300, 30, 0, 4000},
    {332, 130000, 6, 150, 300, 30, 0, 4500},
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
    const auto rounded = [&](double Row::*field) {
        return unsigned(std::lround(mix(a.*field, b.*field, part)));
    };

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
