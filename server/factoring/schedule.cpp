// SPDX-License-Identifier: GPL-3.0-or-later
// See schedule.h.
#include "server/factoring/schedule.h"

#include <algorithm>

namespace openloop::factoring {

namespace {

constexpr double largestBound1 = 250'000;

struct Effort {
    unsigned bits; ///< from this length on
    EcmRound round;
};

// A curve takes 0.8 ms at a bound of 200, 5 ms at 2,000, 25 ms at 11,000 and 200 ms at 100,000; the sieve 15 ms for
// 133 bits, 0.9 s for 200, 45 s for 266.
constexpr Effort efforts[] = {
    {129, {200, 2}}, {150, {600, 2}}, {166, {2'000, 2}}, {183, {2'000, 4}}, {200, {6'000, 4}},
    {217, {11'000, 5}}, {233, {11'000, 20}}, {249, {25'000, 18}}, {266, {50'000, 20}}, {282, {50'000, 40}},
    {298, {100'000, 45}}, {314, {250'000, 40}},
};

} // namespace

unsigned trialBoundFor(unsigned bits)
{
    return bits <= 128 ? 1024 : bits <= 200 ? 4096 : 65'536;
}

std::vector<EcmRound> ecmBeforeSieve(unsigned bits)
{
    std::vector<EcmRound> rounds;
    for (const Effort &effort : efforts) {
        if (bits >= effort.bits)
            rounds.push_back(effort.round);
    }
    return rounds;
}

EcmRound firstEcmWithoutSieve(unsigned bits)
{
    return bits < 230 ? EcmRound {2'000, 50} : EcmRound {50'000, 200};
}

EcmRound nextEcm(const EcmRound &round)
{
    return {std::min(largestBound1, round.bound1 * 2.5), round.curves * 2};
}

} // namespace openloop::factoring
