// SPDX-License-Identifier: GPL-3.0-or-later
// See word_factor.h.
#include "server/factoring/word_factor.h"

#include "server/factoring/micro_ecm.h"
#include "server/factoring/pollard_brent.h"
#include "server/factoring/primality.h"
#include "server/factoring/trial_division.h"

namespace openloop::factoring {

namespace {

struct Level {
    unsigned bits; ///< for numbers up to this long
    unsigned curves;
    MicroEcmPlan plan;
};

// Tuned by bench/tune_micro_ecm.cpp for products of two primes of equal length.
const std::vector<Level> &oneWordLevels()
{
    static const std::vector<Level> levels {
        {44, 24, makeMicroEcmPlan(32, 800, 60)},
        {50, 24, makeMicroEcmPlan(55, 1925, 90)},
        {64, 1, makeMicroEcmPlan(55, 1925, 90)},
        {57, 32, makeMicroEcmPlan(120, 4200, 210)},
        {61, 32, makeMicroEcmPlan(170, 7000, 210)},
        {64, 40, makeMicroEcmPlan(240, 11000, 210)},
    };
    return levels;
}

// One after another: small factors fall to the first, so that the later ones are for balanced numbers.
const std::vector<Level> &twoWordLevels()
{
    static const std::vector<Level> levels {
        {128, 4, makeMicroEcmPlan(60, 1800, 60)},
        {128, 6, makeMicroEcmPlan(150, 5250, 210)},
        {80, 40, makeMicroEcmPlan(250, 10500, 210)},
        {100, 60, makeMicroEcmPlan(500, 25000, 210)},
        {128, 10, makeMicroEcmPlan(500, 25000, 210)},
        {128, 90, makeMicroEcmPlan(1500, 90000, 420)},
    };
    return levels;
}

std::uint64_t divisorOfRoughWord(std::uint64_t n)
{
    const Montgomery64 m(n);
    const unsigned bits = bitLength(n);
    MicroEcm<Montgomery64> curves(m);
    for (const Level &level : oneWordLevels()) {
        if (bits > level.bits)
            continue;
        for (unsigned curve = 0; curve < level.curves; ++curve) {
            const std::uint64_t divisor = curves.runCurve(level.plan);
            if (divisor != 1 && divisor != n)
                return divisor;
        }
    }
    return pollardBrent(m, ~std::uint64_t {0}, Stop());
}

template <typename Modulus>
uint128 divisorByCurves(uint128 n, const Stop &stop)
{
    const unsigned bits = bitLength(n);
    MicroEcm<Modulus> curves {Modulus(n)};
    for (const Level &level : twoWordLevels()) {
        if (bits > level.bits)
            continue;
        for (unsigned curve = 0; curve < level.curves; ++curve) {
            const uint128 divisor = curves.runCurve(level.plan);
            if (divisor != 1 && divisor != n)
                return divisor;
            if (stop.requested())
                return 1;
        }
    }
    return 1;
}

} // namespace

uint128 divisorOfRoughWord(uint128 n, const Stop &stop)
{
    if (high64(n) == 0)
        return divisorOfRoughWord(low64(n));
#ifdef OPENLOOP_MULX
    if (hasMulx())
        return divisorByCurves<Montgomery128Mulx>(n, stop);
#endif
    return divisorByCurves<Montgomery128>(n, stop);
}

void factorRoughWord(std::uint64_t n, std::vector<std::uint64_t> &primes)
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

void factorWord(std::uint64_t n, std::vector<std::uint64_t> &primes)
{
    divideSmallPrimes(n, primes);
    factorRoughWord(n, primes);
}

} // namespace openloop::factoring
