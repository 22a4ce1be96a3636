// SPDX-License-Identifier: GPL-3.0-or-later
// Eight small elliptic curves side by side in the lanes of AVX-512, or four and four in those of AVX2.
#pragma once

#include "server/factoring/arithmetic/word.h"
#include "server/factoring/ecm/curve_series.h"
#include "server/factoring/ecm/micro_ecm_plan.h"

#include <array>

namespace openloop::factoring {

inline constexpr unsigned curveLanes = 8;

/// One curve for each; x, y, z below the modulus, not in Montgomery form.
template <typename Word>
using LaneParameters = std::array<CurveParameter<Word>, curveLanes>;

/// Runs one curve per parameter: the product of the divisors they found, reduced to a divisor of n; 1 or n: no luck.
/// n: odd, prime to 3.
struct CurvesInLanes {
    std::uint64_t (*oneWord)(std::uint64_t n, const MicroEcmPlan &plan,
                             const LaneParameters<std::uint64_t> &parameters);
    uint128 (*twoWords)(uint128 n, const MicroEcmPlan &plan, const LaneParameters<uint128> &parameters);
};

#if defined(__x86_64__) && defined(__GNUC__)
namespace avx2 {
extern const CurvesInLanes curves; ///< needs AVX2 and FMA
}
namespace avx512 {
extern const CurvesInLanes curves; ///< needs AVX-512F
}
#endif

/// The widest that this processor has; null: none.
const CurvesInLanes *curvesInLanes();

} // namespace openloop::factoring
