// SPDX-License-Identifier: GPL-3.0-or-later
// The long curves in lanes in AVX-512. Only this region is compiled for it, so nothing else of the program needs it.
#include "server/factoring/ecm/lanes/long_ecm_lanes.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include "server/factoring/arithmetic/wide_montgomery.h"
#include "server/factoring/ecm/micro_ecm_plan.h"
#include "server/factoring/stop.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <immintrin.h>
#include <memory>
#include <vector>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f")
#endif

// The templates of long_ecm.h must be read inside the region, so that their code for lanes is made for it and takes
// the operations in; the headers above must not be.
#include "server/factoring/ecm/long_ecm.h"

namespace openloop::factoring::avx512 {

namespace {

#include "server/factoring/ecm/lanes/lanes_vector_avx512_body.h"

#include "server/factoring/ecm/lanes/lanes_arithmetic_body.h"
#include "server/factoring/ecm/lanes/lanes_modulus_body.h"

#include "server/factoring/ecm/lanes/long_ecm_lanes_body.h"

} // namespace

LongWord runLongCurves(const LongWord &n, const LongEcmPlan &plan, const LongParameters &parameters, const Stop &stop)
{
    return runInFewestDigits(n, plan, parameters, stop);
}

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

} // namespace openloop::factoring::avx512

#endif
