// SPDX-License-Identifier: GPL-3.0-or-later
// Eight small elliptic curves side by side in the lanes of AVX-512, for numbers beyond one word.
#pragma once

#include "server/factoring/micro_ecm.h"

namespace openloop::factoring {

inline constexpr unsigned curveLanes = 8;

/// True if this processor has AVX-512F.
bool hasCurveLanes();

/// Runs one curve per parameter: the product of the divisors they found, reduced to a divisor of n; 1 or n: no luck.
/// n: odd, prime to 3; parameters below n, not in Montgomery form. hasCurveLanes().
uint128 runCurvesInLanes(uint128 n, const MicroEcmPlan &plan,
                         const std::array<CurveParameter<uint128>, curveLanes> &parameters);

} // namespace openloop::factoring
