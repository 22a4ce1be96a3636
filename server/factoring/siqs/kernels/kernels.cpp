// SPDX-License-Identifier: GPL-3.0-or-later
// The choice of the instruction set at run time.
#include "server/factoring/siqs/kernels/kernels.h"

namespace openloop::factoring::siqs {

Simd bestSimd()
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512dq"))
        return Simd::Avx512;
    if (__builtin_cpu_supports("avx2"))
        return Simd::Avx2;
#endif
    return Simd::Portable;
}

const Kernels &kernelsFor(Simd simd)
{
#if defined(__x86_64__)
    if (simd == Simd::Avx512)
        return avx512::kernels;
    if (simd == Simd::Avx2)
        return avx2::kernels;
#endif
    static_cast<void>(simd);
    return portable::kernels;
}

} // namespace openloop::factoring::siqs
