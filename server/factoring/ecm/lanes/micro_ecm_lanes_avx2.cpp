// SPDX-License-Identifier: GPL-3.0-or-later
// The curves in lanes in AVX2 with fused multiplications. Only this region is compiled for it, so nothing else of the
// program needs it.
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

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif

// The templates of micro_ecm.h must be read inside the region, so that their code for lanes is made for it and takes
// the operations in; the headers above must not be.
#include "server/factoring/ecm/micro_ecm.h"

namespace openloop::factoring::avx2 {

namespace {

#include "server/factoring/ecm/lanes/lanes_vector_avx2_body.h"

#include "server/factoring/ecm/lanes/lanes_arithmetic_body.h"
#include "server/factoring/ecm/lanes/lanes_modulus_body.h"

#include "server/factoring/ecm/lanes/micro_ecm_lanes_body.h"

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

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

} // namespace openloop::factoring::avx2

#endif
