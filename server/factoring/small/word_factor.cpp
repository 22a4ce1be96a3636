// SPDX-License-Identifier: GPL-3.0-or-later
// The levels of curves by length, tuned, and how a word goes through them, one by one or in lanes.
#include "server/factoring/small/word_factor.h"

#include "server/factoring/ecm/lanes/micro_ecm_lanes.h"
#include "server/factoring/ecm/micro_ecm.h"
#include "server/factoring/small/pollard_brent.h"
#include "server/factoring/small/primality.h"

namespace openloop::factoring {

namespace {

struct Level {
    unsigned fewestBits, mostBits; ///< of the numbers that it is for
    unsigned curves;
    MicroEcmPlan plan;
};

// Tuned by bench/tuning/tune_micro_ecm.cpp for products of two primes of equal length; the first curve is for the
// others.
const std::vector<Level> &oneWordLevels()
{
    static const std::vector<Level> levels{
        {0, 44, 24, makeMicroEcmPlan(32, 800, 60)},     {45, 61, 1, makeMicroEcmPlan(55, 1925, 90)},
        {45, 50, 24, makeMicroEcmPlan(55, 1925, 90)},   {51, 57, 32, makeMicroEcmPlan(120, 4200, 210)},
        {58, 61, 32, makeMicroEcmPlan(170, 7000, 210)}, {62, 64, 40, makeMicroEcmPlan(210, 9450, 210)},
    };
    return levels;
}

// One after another: small factors fall to the first, balanced numbers to the last, and those of 100 bits and more
// that withstand all are for the quadratic sieve.
const std::vector<Level> &twoWordLevels()
{
    static const std::vector<Level> levels{
        {65, 128, 2, makeMicroEcmPlan(55, 1925, 90)},       {65, 76, 60, makeMicroEcmPlan(488, 24400, 420)},
        {77, 128, 3, makeMicroEcmPlan(240, 11000, 210)},    {77, 84, 80, makeMicroEcmPlan(705, 24675, 420)},
        {85, 128, 4, makeMicroEcmPlan(705, 24675, 420)},    {85, 92, 80, makeMicroEcmPlan(1300, 80000, 420)},
        {93, 99, 100, makeMicroEcmPlan(2680, 134000, 630)}, {112, 128, 6, makeMicroEcmPlan(2680, 134000, 630)},
    };
    return levels;
}

// The same with eight curves at a time: here `curves` counts batches.
const std::vector<Level> &laneLevels()
{
    static const std::vector<Level> levels{
        {65, 76, 40, makeMicroEcmPlan(317, 7925, 210)},   {77, 128, 1, makeMicroEcmPlan(200, 8000, 210)},
        {77, 84, 40, makeMicroEcmPlan(379, 13265, 330)},  {85, 92, 40, makeMicroEcmPlan(844, 29540, 420)},
        {93, 96, 40, makeMicroEcmPlan(1100, 44000, 420)}, {112, 128, 1, makeMicroEcmPlan(600, 21000, 420)},
    };
    return levels;
}

// Runs level after level until a proper divisor is found: runCurve(plan) says 1, n, or such a one.
template <typename RunCurve>
uint128 divisorByLevels(uint128 n, const std::vector<Level> &levels, const Stop &stop, RunCurve runCurve)
{
    const unsigned bits = bitLength(n);
    for (const Level &level : levels) {
        if (bits < level.fewestBits || bits > level.mostBits)
            continue;
        for (unsigned curve = 0; curve < level.curves && !stop.requested(); ++curve) {
            const uint128 divisor = runCurve(level.plan);
            if (divisor != 1 && divisor != n)
                return divisor;
        }
    }
    return 1;
}

template <typename Modulus>
uint128 divisorByCurves(uint128 n, const Stop &stop)
{
    MicroEcm<Modulus> curves{Modulus(n)};
    return divisorByLevels(n, twoWordLevels(), stop, [&](const MicroEcmPlan &plan) { return curves.runCurve(plan); });
}

template <typename Modulus>
LaneParameters<typename Modulus::Word> nextParameters(CurveSeries<Modulus> &series, const Modulus &m)
{
    LaneParameters<typename Modulus::Word> parameters;
    for (auto &parameter : parameters) {
        const auto point = series.next();
        parameter = {m.toWord(point.x), m.toWord(point.y), m.toWord(point.z)};
    }
    return parameters;
}

uint128 divisorByLanes(uint128 n, const CurvesInLanes &lanes, const Stop &stop)
{
    const Montgomery128 m(n);
    CurveSeries<Montgomery128> series(m);
    return divisorByLevels(n, laneLevels(), stop, [&](const MicroEcmPlan &plan) {
        return lanes.twoWords(n, plan, nextParameters(series, m));
    });
}

} // namespace

std::uint64_t divisorOfRoughWord(std::uint64_t n)
{
    const Montgomery64 m(n);
    const unsigned bits = bitLength(n);
    MicroEcm<Montgomery64> curves(m);
    for (const Level &level : oneWordLevels()) {
        if (bits < level.fewestBits || bits > level.mostBits)
            continue;
        for (unsigned curve = 0; curve < level.curves; ++curve) {
            const std::uint64_t divisor = curves.runCurve(level.plan);
            if (divisor != 1 && divisor != n)
                return divisor;
        }
    }
    return pollardBrent(m, ~std::uint64_t{0}, Stop());
}

uint128 divisorOfRoughWord(uint128 n, const Stop &stop)
{
    if (high64(n) == 0)
        return divisorOfRoughWord(low64(n));
    if (const CurvesInLanes *lanes = curvesInLanes())
        return divisorByLanes(n, *lanes, stop);
#ifdef OPENLOOP_MULX
    if (hasMulx())
        return divisorByCurves<Montgomery128Mulx>(n, stop);
#endif
    return divisorByCurves<Montgomery128>(n, stop);
}

void factorRoughWord(std::uint64_t n, WordPrimes &primes)
{
    if (n == 1)
        return;
    if (n < wordTrialBound * wordTrialBound || isPrimeWord(n)) {
        primes.push_back(n);
        return;
    }
    const std::uint64_t divisor = divisorOfRoughWord(n);
    factorRoughWord(divisor, primes);
    factorRoughWord(n / divisor, primes);
}

void factorWord(std::uint64_t n, WordPrimes &primes)
{
    divideSmallPrimes(n, primes);
    factorRoughWord(n, primes);
}

} // namespace openloop::factoring
