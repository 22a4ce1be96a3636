// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels in AVX2. Only this region is compiled for it, so nothing else of the program needs it.
#include "server/factoring/siqs/kernels/kernels.h"

#if defined(__x86_64__)

#include <array>
#include <immintrin.h>

namespace openloop::factoring::siqs::avx2 {

namespace {

// For every mask of eight lanes, the lanes that are set, in order.
constexpr auto packing = [] {
    std::array<std::uint64_t, 256> table{};
    for (unsigned mask = 0; mask < 256; ++mask) {
        unsigned shift = 0;
        for (unsigned lane = 0; lane < 8; ++lane) {
            if (mask >> lane & 1U) {
                table[mask] |= std::uint64_t(lane) << shift;
                shift += 8;
            }
        }
    }
    return table;
}();
constexpr const std::uint64_t *packingTable = packing.data();

} // namespace

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,popcnt"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi,bmi2,popcnt")
#endif

struct Lanes16 {
    using V = __m256i;
    static constexpr unsigned lanes = 16;
    static constexpr unsigned maskShift = 1;

    static V load(const std::uint16_t *from) { return _mm256_loadu_si256(reinterpret_cast<const V *>(from)); }
    static void store(std::uint16_t *to, V v) { _mm256_storeu_si256(reinterpret_cast<V *>(to), v); }
    static V splat(std::uint16_t v) { return _mm256_set1_epi16(short(v)); }
    static V add(V a, V b) { return _mm256_add_epi16(a, b); }
    static V sub(V a, V b) { return _mm256_sub_epi16(a, b); }
    static V min(V a, V b) { return _mm256_min_epu16(a, b); }
    static V mulHigh(V a, V b) { return _mm256_mulhi_epu16(a, b); }
    static V mulLow(V a, V b) { return _mm256_mullo_epi16(a, b); }
    static std::uint32_t equalEither(V a, V b, V c)
    {
        const V equal = _mm256_or_si256(_mm256_cmpeq_epi16(a, b), _mm256_cmpeq_epi16(a, c));
        return unsigned(_mm256_movemask_epi8(equal)) & 0x55555555U;
    }
};

struct Lanes32 {
    using V = __m256i;
    using M = __m256i;
    static constexpr unsigned lanes = 8;

    static V load(const std::uint32_t *from) { return _mm256_loadu_si256(reinterpret_cast<const V *>(from)); }
    static void store(std::uint32_t *to, V v) { _mm256_storeu_si256(reinterpret_cast<V *>(to), v); }
    static V splat(std::uint32_t v) { return _mm256_set1_epi32(int(v)); }
    static V ascending(unsigned shift)
    {
        return _mm256_sll_epi32(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), _mm_cvtsi32_si128(int(shift)));
    }
    static V add(V a, V b) { return _mm256_add_epi32(a, b); }
    static V sub(V a, V b) { return _mm256_sub_epi32(a, b); }
    static V min(V a, V b) { return _mm256_min_epu32(a, b); }
    static V both(V a, V b) { return _mm256_and_si256(a, b); }
    static V either(V a, V b) { return _mm256_or_si256(a, b); }
    template <unsigned bits>
    static V lower(V a)
    {
        return _mm256_srli_epi32(a, bits);
    }
    static std::uint32_t equal(V a, V b)
    {
        return unsigned(_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(a, b))));
    }
    /// Values are below 2^31, so the signed comparison does.
    static M below(V a, V b) { return _mm256_cmpgt_epi32(b, a); }
    static V addWhere(M mask, V a, V b) { return _mm256_add_epi32(a, _mm256_and_si256(mask, b)); }
    static unsigned bits(M mask) { return unsigned(_mm256_movemask_ps(_mm256_castsi256_ps(mask))); }
    static void storePacked(std::uint32_t *to, V v, M mask)
    {
        const V order =
            _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i *>(packingTable + bits(mask))));
        store(to, _mm256_permutevar8x32_epi32(v, order));
    }
    static unsigned count(M mask) { return unsigned(_mm_popcnt_u32(bits(mask))); }
};

struct Lanes64 {
    using V = __m256i;
    static constexpr unsigned lanes = 4;

    static V load(const std::uint32_t *from)
    {
        return _mm256_cvtepu32_epi64(_mm_loadu_si128(reinterpret_cast<const __m128i *>(from)));
    }
    static void store(std::uint32_t *to, V v)
    {
        const V packed = _mm256_permutevar8x32_epi32(v, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6));
        _mm_storeu_si128(reinterpret_cast<__m128i *>(to), _mm256_castsi256_si128(packed));
    }
    static V splat(std::uint32_t v) { return _mm256_set1_epi64x(v); }
    static V zero() { return _mm256_setzero_si256(); }
    static V add(V a, V b) { return _mm256_add_epi64(a, b); }
    static V high(V a) { return _mm256_srli_epi64(a, 32); }
    static V halve(V a) { return _mm256_srli_epi64(a, 1); }
    static V multiply(V a, V b) { return _mm256_mul_epu32(a, b); }
    static V reduce(V a, V p) { return _mm256_min_epu32(a, _mm256_sub_epi32(a, p)); }
    static V difference(V a, V b, V p) { return _mm256_sub_epi64(_mm256_add_epi64(a, p), b); }
    static V ifBit(V number, unsigned bit, V then, V otherwise)
    {
        const V set = _mm256_slli_epi64(_mm256_srl_epi64(number, _mm_cvtsi32_si128(int(bit))), 63);
        return _mm256_castpd_si256(
            _mm256_blendv_pd(_mm256_castsi256_pd(otherwise), _mm256_castsi256_pd(then), _mm256_castsi256_pd(set)));
    }
};

struct Bytes {
    static constexpr unsigned lanes = 32;
    static __m256i load(const std::uint8_t *from)
    {
        return _mm256_loadu_si256(reinterpret_cast<const __m256i *>(from));
    }
    static std::uint64_t signs(const std::uint8_t *from) { return unsigned(_mm256_movemask_epi8(load(from))); }
    static bool anySign(const std::uint8_t *from)
    {
        return _mm256_movemask_epi8(_mm256_or_si256(load(from), load(from + 32))) != 0;
    }
};

struct Bits {
    using V = __m256i;
    static constexpr unsigned lanes = 4;
    static V load(const std::uint64_t *from) { return _mm256_loadu_si256(reinterpret_cast<const V *>(from)); }
    static void store(std::uint64_t *to, V v) { _mm256_storeu_si256(reinterpret_cast<V *>(to), v); }
    static V exclusive(V a, V b) { return _mm256_xor_si256(a, b); }
};

#include "server/factoring/siqs/kernels/sieve_loops_body.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

} // namespace openloop::factoring::siqs::avx2

#endif
