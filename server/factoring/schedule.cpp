// SPDX-License-Identifier: GPL-3.0-or-later
// The measured figures, and what follows from them.
#include "server/factoring/schedule.h"

#include "server/factoring/arithmetic/between_rows.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace openloop::factoring {

namespace {

constexpr unsigned largestBound1 = 250'000;

struct Effort {
    unsigned bits; ///< from this length on
    EcmRound round;
};

// In AVX-512 a curve takes 40 us at a bound of 200, 0.5 ms at 2,000, 2.4 ms at 11,000, 15 ms at 50,000 and 90 ms at
// 250,000 (bench/tuning/tune_ecm.cpp), in AVX2 twice as long and in neither six times; the sieve 15 ms for 133 bits,
// 0.9 s for 200, 45 s for 266.
constexpr Effort efforts[] = {
    {129, {200, 8}},       {150, {600, 8}},       {166, {2'000, 8}},     {183, {2'000, 8}},       {200, {6'000, 16}},
    {217, {11'000, 24}},   {233, {11'000, 48}},   {249, {25'000, 64}},   {266, {50'000, 96}},     {282, {50'000, 120}},
    {298, {100'000, 200}}, {314, {250'000, 200}}, {332, {250'000, 400}}, {349, {250'000, 1'600}},
};

struct Measured {
    double bits;
    double seconds;
};

// bench/figures/bench_factoring.py; the last two from the rate of relations (bench/tuning/tune_siqs.cpp seconds=40) and
// the ten relations per prime that are needed. Beyond, the slope goes on.
constexpr std::array measured{
    Measured{32, 1e-6},  Measured{64, 6e-5},   Measured{96, 1.6e-3},  Measured{128, 1.5e-2},
    Measured{166, 0.17}, Measured{199, 1.5},   Measured{233, 15},     Measured{266, 110},
    Measured{299, 900},  Measured{332, 6'500}, Measured{366, 45'000},
};

} // namespace

unsigned trialBoundFor(unsigned bits)
{
    return bits <= 128 ? 1024 : bits <= 200 ? 4096 : 65'536;
}

std::vector<EcmRound> ecmBeforeSieve(unsigned bits)
{
    std::vector<EcmRound> rounds;
    unsigned before = 0;
    for (const auto &[fromBits, round] : efforts) {
        if (bits < fromBits)
            break;
        rounds.push_back({round.bound1, round.curves, before});
        before += round.curves;
    }
    return rounds;
}

std::vector<EcmRound> ecmInstead(unsigned bits, unsigned curves)
{
    std::vector<EcmRound> rounds = ecmBeforeSieve(bits);
    for (EcmRound next = firstEcmWithoutSieve(bits); next.before < curves; next = nextEcm(next))
        rounds.push_back(next);
    std::erase_if(rounds, [&](const EcmRound &round) { return round.before >= curves; });
    if (!rounds.empty())
        rounds.back().curves = std::min(rounds.back().curves, curves - rounds.back().before);
    return rounds;
}

bool comesAfterSmoothNeighbours(const EcmRound &round)
{
    return round.bound1 == 11'000 && round.curves == 24;
}

// At a bound of 30,000 the three seeds take 30 ms for 233 bits, at 500,000 a second for 300.
unsigned boundOfSmoothNeighbours(unsigned bits)
{
    return bits < 233 ? 10'000 : bits < 249 ? 30'000 : bits < 266 ? 60'000 : bits < 290 ? 150'000 : 500'000;
}

double costOf(const EcmRound &round)
{
    return double(round.bound1) * round.curves;
}

EcmRound firstEcmWithoutSieve(unsigned bits)
{
    unsigned before = 0;
    for (const EcmRound &round : ecmBeforeSieve(bits))
        before += round.curves;
    if (bits > mostBitsToSieve) // which come here with curves to that bound already
        return {largestBound1, 200, before};
    return bits < 230 ? EcmRound{2'000, 48, before} : EcmRound{50'000, 200, before};
}

EcmRound nextEcm(const EcmRound &round)
{
    return {std::min(largestBound1, round.bound1 / 2 * 5), round.curves * 2, round.before + round.curves};
}

std::chrono::duration<double> mostTime(const mpz_class &n)
{
    const auto bits = double(mpz_sizeinbase(n.get_mpz_t(), 2));
    const auto [low, high, share] = betweenRows(measured, bits);
    return std::chrono::duration<double>(low.seconds * std::pow(high.seconds / low.seconds, share));
}

} // namespace openloop::factoring
