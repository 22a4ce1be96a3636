// SPDX-License-Identifier: GPL-3.0-or-later
// The text of the long curves in lanes: a file for each level includes it and nothing else.
#include "server/factoring/ecm/lanes/long_ecm_lanes.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include "server/factoring/arithmetic/wide_montgomery.h"
#include "server/factoring/ecm/micro_ecm_plan.h"
#include "server/factoring/job.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <immintrin.h>
#include <memory>
#include <vector>

#include "server/factoring/ecm/lanes/level_begin_body.h"

// The templates of long_ecm.h must be read inside the region, so that their code for lanes is made for it and takes
// the operations in; the headers above must not be.
#include "server/factoring/ecm/long_ecm.h"

namespace openloop::factoring::OPENLOOP_LEVEL {

namespace {

#include "server/factoring/ecm/lanes/vector_body.h"

#include "server/factoring/ecm/lanes/arithmetic_body.h"
#include "server/factoring/ecm/lanes/modulus_body.h"

template <unsigned digits>
LongWord runInLanes(const WideMontgomery<longWordLimbs> &base, const LongEcmPlan &plan,
                    const LongParameters &parameters, const Stop &stop)
{
    using Modulus = LanesModulus<digits, WideMontgomery<longWordLimbs>>;
    const Modulus m(base);
    const LongCurve<Modulus> curve(m);
    LongWord divisor = 1;
    for (unsigned first = 0; first < longCurveBatch; first += Vector::lanes) {
        std::array<LongWord, Vector::lanes> x, y, z;
        for (unsigned lane = 0; lane < Vector::lanes; ++lane) {
            x[lane] = parameters[first + lane].x;
            y[lane] = parameters[first + lane].y;
            z[lane] = parameters[first + lane].z;
        }
        divisor = curve.run(plan, {m.fromWords(x), m.fromWords(y), m.fromWords(z)}, stop);
        if ((divisor != 1 && divisor != base.modulus()) || stop.requested())
            break;
    }
    return divisor;
}

constexpr unsigned mostLongDigits = 8;
static_assert(LanesModulus<mostLongDigits, WideMontgomery<longWordLimbs>>::mostBits >= mostLongEcmBits);

template <unsigned digits>
LongWord runInFewestDigits(const WideMontgomery<longWordLimbs> &base, unsigned bits, const LongEcmPlan &plan,
                           const LongParameters &parameters, const Stop &stop)
{
    if constexpr (digits < mostLongDigits) {
        if (bits > LanesModulus<digits, WideMontgomery<longWordLimbs>>::mostBits)
            return runInFewestDigits<digits + 1>(base, bits, plan, parameters, stop);
    }
    return runInLanes<digits>(base, plan, parameters, stop);
}

LongWord runInFewestDigits(const LongWord &n, const LongEcmPlan &plan, const LongParameters &parameters,
                           const Stop &stop)
{
    return runInFewestDigits<3>(WideMontgomery<longWordLimbs>(n), bitLength(n), plan, parameters, stop);
}

} // namespace

LongWord runLongCurves(const LongWord &n, const LongEcmPlan &plan, const LongParameters &parameters, const Stop &stop)
{
    return runInFewestDigits(n, plan, parameters, stop);
}

#include "server/factoring/ecm/lanes/level_end_body.h"

} // namespace openloop::factoring::OPENLOOP_LEVEL

#endif
