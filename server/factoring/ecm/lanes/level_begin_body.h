// SPDX-License-Identifier: GPL-3.0-or-later
// Begins a region that is compiled for AVX-512 (OPENLOOP_AVX512 is defined) or for AVX2 with fused multiplications, so
// that nothing else of the program needs it. Until level_end_body.h; standard headers are included before.

#ifdef OPENLOOP_AVX512
#define OPENLOOP_LEVEL avx512
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f")
#endif
#else
#define OPENLOOP_LEVEL avx2
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
#endif
