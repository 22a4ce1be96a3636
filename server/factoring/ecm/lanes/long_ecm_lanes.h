// SPDX-License-Identifier: GPL-3.0-or-later
// Elliptic curves for numbers of three to six words: eight side by side in AVX-512, four in AVX2, or one alone.
#pragma once

#include "server/factoring/arithmetic/wide_word.h"
#include "server/factoring/ecm/curve_series.h"
#include "server/factoring/ecm/micro_ecm_plan.h"
#include "server/factoring/job.h"

#include <array>

namespace openloop::factoring {

/// Curves that are run together, whatever the processor: so all do the same work.
inline constexpr unsigned longCurveBatch = 8;

/// What eight digits of a lane hold; the default limit of the service, 100 digits, is well below.
inline constexpr unsigned mostLongEcmBits = 372;

/// x, y, z below the modulus, not in Montgomery form.
using LongParameters = std::array<CurveParameter<LongWord>, longCurveBatch>;

/// Runs one curve per parameter: a divisor of n, the product of some that they found; 1 or n: no luck, or a stop,
/// which is seen within a few ms.
using RunLongCurves = LongWord (*)(const LongWord &n, const LongEcmPlan &plan, const LongParameters &parameters,
                                   const Stop &stop);

/// n: odd, prime to 3, of 129 to mostLongEcmBits bits. Any thread.
LongWord runLongCurves(const LongWord &n, const LongEcmPlan &plan, const LongParameters &parameters, const Stop &stop);

/// The ways that this processor has; the tests compare them.
namespace scalar {
LongWord runLongCurves(const LongWord &n, const LongEcmPlan &plan, const LongParameters &parameters, const Stop &stop);
}
#if defined(__x86_64__) && defined(__GNUC__)
namespace avx2 {
LongWord runLongCurves(const LongWord &n, const LongEcmPlan &plan, const LongParameters &parameters,
                       const Stop &stop); ///< needs AVX2 and FMA
}
namespace avx512 {
LongWord runLongCurves(const LongWord &n, const LongEcmPlan &plan, const LongParameters &parameters,
                       const Stop &stop); ///< needs AVX-512F
}
#endif

} // namespace openloop::factoring
