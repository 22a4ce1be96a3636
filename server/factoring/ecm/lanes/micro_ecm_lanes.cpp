// SPDX-License-Identifier: GPL-3.0-or-later
// The choice of the widest lanes at run time.
#include "server/factoring/ecm/lanes/micro_ecm_lanes.h"

namespace openloop::factoring {

const CurvesInLanes *curvesInLanes()
{
#if defined(__x86_64__) && defined(__GNUC__)
    static const CurvesInLanes *const widest = __builtin_cpu_supports("avx512f") ? &avx512::curves
        : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")        ? &avx2::curves
                                                                                 : nullptr;
    return widest;
#else
    return nullptr;
#endif
}

} // namespace openloop::factoring
