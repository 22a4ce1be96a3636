// SPDX-License-Identifier: GPL-3.0-or-later
// See schedule.h.
#include "server/factoring/schedule.h"

#include <algorithm>

namespace openloop::factoring {

namespace {

constexpr unsigned largestBound1 = 250'000;

struct Effort {
    unsigned bits; ///< from this length on
    EcmRound round;
};

// TODO
constexpr Effort efforts[] = {
    {129, {200, 8}}, {150, {600, 8}}, {183, {2'000, 8}}, {200, {6'000, 8}},
    {217, {11'000, 8}}, {233, {11'000, 24}}, {249, {25'000, 24}}, {266, {50'000, 24}}, {282, {50'000, 48}},
    {298, {100'000, 48}}, {314, {250'000, 48}},
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

EcmRound firstEcmWithoutSieve(unsigned bits)
{
    unsigned before = 0;
    for (const EcmRound &round : ecmBeforeSieve(bits))
        before += round.curves;
    return bits < 230 ? EcmRound {2'000, 48, before} : EcmRound {50'000, 200, before};
}

EcmRound nextEcm(const EcmRound &round)
{
    return {std::min(largestBound1, round.bound1 / 2 * 5), round.curves * 2, round.before + round.curves};
}

} // namespace openloop::factoring
