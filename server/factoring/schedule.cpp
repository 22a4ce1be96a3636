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

constexpr Effort efforts[] = {
    {129, {200, 3}}, {129, {600, 3}}, {150, {2'000, 4}}, {170, {2'000, 6}}, {190, {6'000, 12}},
    {210, {11'000, 30}}, {230, {25'000, 50}}, {250, {50'000, 80}}, {270, {100'000, 100}}, {290, {250'000, 150}},
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
