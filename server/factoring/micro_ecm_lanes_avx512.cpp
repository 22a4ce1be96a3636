// SPDX-License-Identifier: GPL-3.0-or-later
// The curves in lanes in AVX-512. Only this region is compiled for it, so nothing else of the program needs it.
#include "server/factoring/micro_ecm_lanes.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include "server/factoring/micro_ecm_plan.h"
#include "server/factoring/montgomery.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <immintrin.h>
#include <vector>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f")
#endif

// The templates of micro_ecm.h must be read inside the region, so that their code for lanes is made for it and takes
// the operations in; the headers above must not be.
#include "server/factoring/micro_ecm.h"

namespace openloop::factoring::avx512 {

namespace {

struct Vector {
    using V = __m512d;
    static constexpr unsigned lanes = 8;

    static V splat(double a) { return _mm512_set1_pd(a); }
    static V load(const double *from) { return _mm512_loadu_pd(from); }
    static void store(double *to, V a) { _mm512_storeu_pd(to, a); }
    static V add(V a, V b) { return _mm512_add_pd(a, b); }
    static V sub(V a, V b) { return _mm512_sub_pd(a, b); }
    static V multiplyAdd(V a, V b, V c) { return _mm512_fmadd_pd(a, b, c); }
    static V multiplySubtract(V a, V b, V c) { return _mm512_fmsub_pd(a, b, c); }
};

#include "server/factoring/micro_ecm_lanes_body.h"

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

const CurvesInLanes curves {oneWord, twoWords};

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

} // namespace openloop::factoring::avx512

#endif
