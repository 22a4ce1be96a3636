// SPDX-License-Identifier: GPL-3.0-or-later
// The text of the small curves in lanes: a file for each level includes it and nothing else.
#include "server/factoring/ecm/lanes/micro_ecm_lanes.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include "server/factoring/arithmetic/montgomery.h"
#include "server/factoring/arithmetic/wide_word.h"
#include "server/factoring/ecm/micro_ecm_plan.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <immintrin.h>
#include <vector>

#include "server/factoring/ecm/lanes/level_begin_body.h"

// The templates of micro_ecm.h must be read inside the region, so that their code for lanes is made for it and takes
// the operations in; the headers above must not be.
#include "server/factoring/ecm/micro_ecm.h"

namespace openloop::factoring::OPENLOOP_LEVEL {

namespace {

#include "server/factoring/ecm/lanes/vector_body.h"

#include "server/factoring/ecm/lanes/arithmetic_body.h"
#include "server/factoring/ecm/lanes/modulus_body.h"

template <unsigned digits, typename Base>
typename Base::Word runCurves(const Base &base, const MicroEcmPlan &plan,
                              const std::array<CurveParameter<typename Base::Word>, curveLanes> &parameters)
{
    using Number = typename Base::Word;
    const LanesModulus<digits, Base> m(base);
    const EllipticCurve<LanesModulus<digits, Base>> curve(m);
    Number divisor = 1;
    for (unsigned first = 0; first < curveLanes && (divisor == 1 || divisor == base.modulus());
         first += Vector::lanes) {
        std::array<Number, Vector::lanes> x, y, z;
        for (unsigned lane = 0; lane < Vector::lanes; ++lane) {
            x[lane] = parameters[first + lane].x;
            y[lane] = parameters[first + lane].y;
            z[lane] = parameters[first + lane].z;
        }
        divisor = curve.run(plan, {m.fromWords(x), m.fromWords(y), m.fromWords(z)});
    }
    return divisor;
}

std::uint64_t oneWord(std::uint64_t n, const MicroEcmPlan &plan, const LaneParameters<std::uint64_t> &parameters)
{
    return runCurves<2>(Montgomery64(n), plan, parameters);
}

uint128 twoWords(uint128 n, const MicroEcmPlan &plan, const LaneParameters<uint128> &parameters)
{
    const Montgomery128 base(n);
    return bitLength(n) <= LanesModulus<2, Montgomery128>::mostBits ? runCurves<2>(base, plan, parameters)
                                                                    : runCurves<3>(base, plan, parameters);
}

} // namespace

const CurvesInLanes curves{oneWord, twoWords};

#include "server/factoring/ecm/lanes/level_end_body.h"

} // namespace openloop::factoring::OPENLOOP_LEVEL

#endif
