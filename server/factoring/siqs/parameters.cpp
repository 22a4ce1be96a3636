// SPDX-License-Identifier: GPL-3.0-or-later
// The rows, measured by bench/tuning/tune_siqs.py, and what lies between them.
#include "server/factoring/siqs/parameters.h"

#include "server/factoring/arithmetic/between_rows.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace openloop::factoring::siqs {

namespace {

struct Row {
    double bits, primes, blocks, span, multiplier, smallBound, smallBits, doubleExponent, aPrime;
};

constexpr std::array<Row, 18> table{{
    {50, 40, 1, 2048, 10, 12, 6, 0, 60},
    {64, 60, 1, 2048, 12, 20, 8, 0, 110},
    {80, 90, 1, 2048, 14, 35, 11, 0, 220},
    {90, 102, 1, 2048, 16, 49, 13, 0, 332},
    {100, 162, 1, 4096, 16, 54, 13, 0, 400},
    {114, 250, 1, 8192, 20, 80, 15, 0, 564},
    {128, 400, 1, 16384, 25, 65, 16, 0, 700},
    {144, 870, 1, 24576, 20, 140, 20, 0, 650},
    {160, 1740, 1, blockSize, 16, 310, 25, 0, 700},
    {183, 3700, 1, blockSize, 18, 500, 29, 0, 950},
    {200, 5600, 1, blockSize, 35, 420, 32, 0, 1500},
    {233, 13500, 1, blockSize, 70, 330, 32, 0, 2500},
    {249, 18000, 1, blockSize, 40, 300, 33, 1.8, 3000},
    {266, 30000, 2, blockSize, 40, 300, 33, 1.8, 3500},
    {298, 60000, 3, blockSize, 60, 300, 33, 1.8, 4000},
    {332, 110000, 5, blockSize, 80, 300, 33, 1.8, 4500},
    {349, 150000, 7, blockSize, 100, 300, 33, 1.8, 4800}, // from here on from the rate of relations
    {366, 205000, 9, blockSize, 120, 300, 33, 1.8, 5000},
}};

constexpr unsigned spanStep = 64; // what the kernels take at a time

double mix(double from, double to, double part)
{
    return from + (to - from) * part;
}

} // namespace

Parameters parametersFor(unsigned bits)
{
    const double at = std::clamp(double(bits), table.front().bits, table.back().bits);
    const BetweenRows between = betweenRows(table, at);
    const Row &a = between.low;
    const Row &b = between.high;
    const double part = between.share;
    const auto rounded = [&](double Row::*field) { return unsigned(std::lround(mix(a.*field, b.*field, part))); };

    Parameters found;
    // The factor base grows geometrically, the rest nearly linearly.
    found.factorBase = unsigned(std::exp(mix(std::log(a.primes), std::log(b.primes), part)));
    found.blocks = rounded(&Row::blocks);
    found.span = rounded(&Row::span) / spanStep * spanStep;
    found.largeMultiplier = rounded(&Row::multiplier);
    found.smallBound = rounded(&Row::smallBound);
    found.smallBits = rounded(&Row::smallBits);
    found.doubleExponent = part < 0.5 ? a.doubleExponent : b.doubleExponent;
    found.aPrime = rounded(&Row::aPrime);
    found.extra = found.factorBase < 1000 ? 2 : 30;
    return found;
}

} // namespace openloop::factoring::siqs
