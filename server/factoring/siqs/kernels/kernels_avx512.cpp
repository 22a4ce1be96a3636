// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels in AVX-512 (F, BW, DQ, VL). Only this region is compiled for it. The vectors have the names of those of
// AVX2, for sieve_loops_body.h is written in them, and no instruction in common.
#include "server/factoring/siqs/kernels/kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

namespace openloop::factoring::siqs::avx512 {

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,bmi,bmi2,popcnt"))),            \
                             apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,bmi,bmi2,popcnt")
#endif

struct Lanes16 {
    using V = __m512i;
    static constexpr unsigned lanes = 32;
    static constexpr unsigned maskShift = 0;

    static V load(const std::uint16_t *from) { return _mm512_loadu_si512(from); }
    static void store(std::uint16_t *to, V v) { _mm512_storeu_si512(to, v); }
    static V splat(std::uint16_t v) { return _mm512_set1_epi16(short(v)); }
    static V add(V a, V b) { return _mm512_add_epi16(a, b); }
    static V sub(V a, V b) { return _mm512_sub_epi16(a, b); }
    static V min(V a, V b) { return _mm512_min_epu16(a, b); }
    static V mulHigh(V a, V b) { return _mm512_mulhi_epu16(a, b); }
    static V mulLow(V a, V b) { return _mm512_mullo_epi16(a, b); }
    static std::uint32_t equalEither(V a, V b, V c)
    {
        return _mm512_cmpeq_epi16_mask(a, b) | _mm512_cmpeq_epi16_mask(a, c);
    }
};

struct Lanes32 {
    using V = __m512i;
    using M = __mmask16;
    static constexpr unsigned lanes = 16;

    static V load(const std::uint32_t *from) { return _mm512_loadu_si512(from); }
    static void store(std::uint32_t *to, V v) { _mm512_storeu_si512(to, v); }
    static V splat(std::uint32_t v) { return _mm512_set1_epi32(int(v)); }
    static V ascending(unsigned shift)
    {
        const V lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        return _mm512_sll_epi32(lanes, _mm_cvtsi32_si128(int(shift)));
    }
    static V add(V a, V b) { return _mm512_add_epi32(a, b); }
    static V sub(V a, V b) { return _mm512_sub_epi32(a, b); }
    static V min(V a, V b) { return _mm512_min_epu32(a, b); }
    static V both(V a, V b) { return _mm512_and_si512(a, b); }
    static V either(V a, V b) { return _mm512_or_si512(a, b); }
    template <unsigned bits>
    static V lower(V a)
    {
        return _mm512_srli_epi32(a, bits);
    }
    static std::uint32_t equal(V a, V b) { return _mm512_cmpeq_epi32_mask(a, b); }
    static M below(V a, V b) { return _mm512_cmplt_epu32_mask(a, b); }
    static V addWhere(M mask, V a, V b) { return _mm512_mask_add_epi32(a, mask, a, b); }
    /// Packed in a register, then stored whole: a packing store is slow on some processors.
    static void storePacked(std::uint32_t *to, V v, M mask) { store(to, _mm512_maskz_compress_epi32(mask, v)); }
    static unsigned count(M mask) { return unsigned(_mm_popcnt_u32(mask)); }
};

struct Lanes64 {
    using V = __m512i;
    static constexpr unsigned lanes = 8;

    static V load(const std::uint32_t *from)
    {
        return _mm512_cvtepu32_epi64(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(from)));
    }
    static void store(std::uint32_t *to, V v)
    {
        _mm256_storeu_si256(reinterpret_cast<__m256i *>(to), _mm512_cvtepi64_epi32(v));
    }
    static V splat(std::uint32_t v) { return _mm512_set1_epi64(v); }
    static V zero() { return _mm512_setzero_si512(); }
    static V add(V a, V b) { return _mm512_add_epi64(a, b); }
    static V high(V a) { return _mm512_srli_epi64(a, 32); }
    static V halve(V a) { return _mm512_srli_epi64(a, 1); }
    static V multiply(V a, V b) { return _mm512_mul_epu32(a, b); }
    static V reduce(V a, V p) { return _mm512_min_epu64(a, _mm512_sub_epi64(a, p)); }
    static V difference(V a, V b, V p) { return _mm512_sub_epi64(_mm512_add_epi64(a, p), b); }
    static V ifBit(V number, unsigned bit, V then, V otherwise)
    {
        const __mmask8 set = _mm512_test_epi64_mask(number, _mm512_set1_epi64(1LL << bit));
        return _mm512_mask_blend_epi64(set, otherwise, then);
    }
};

struct Bytes {
    static constexpr unsigned lanes = 64;
    static std::uint64_t signs(const std::uint8_t *from) { return _mm512_movepi8_mask(_mm512_loadu_si512(from)); }
    static bool anySign(const std::uint8_t *from) { return signs(from) != 0; }
};

struct Bits {
    using V = __m512i;
    static constexpr unsigned lanes = 8;
    static V load(const std::uint64_t *from) { return _mm512_loadu_si512(from); }
    static void store(std::uint64_t *to, V v) { _mm512_storeu_si512(to, v); }
    static V exclusive(V a, V b) { return _mm512_xor_si512(a, b); }
};

#include "server/factoring/siqs/kernels/sieve_loops_body.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

} // namespace openloop::factoring::siqs::avx512

#endif
