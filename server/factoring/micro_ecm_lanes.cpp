// SPDX-License-Identifier: GPL-3.0-or-later
// See micro_ecm_lanes.h.
#include "server/factoring/word.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#if defined(__x86_64__) && defined(__GNUC__)
#define OPENLOOP_LANES 1
#include <immintrin.h>
// The templates of micro_ecm.h must be read inside the region, so that their code for lanes is made for AVX-512 and
// takes the operations in; the standard headers must not be.
#include "server/factoring/micro_ecm_plan.h"
#include "server/factoring/montgomery.h"
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f")
#endif
#endif

#include "server/factoring/micro_ecm_lanes.h"

namespace openloop::factoring {

#ifdef OPENLOOP_LANES

namespace {

constexpr int limbBits = 28;
constexpr int spareBits = 12; ///< between the modulus and the limbs, for sums
constexpr std::uint64_t limbMask = (std::uint64_t {1} << limbBits) - 1;

// Signed limbs in eight lanes. Sums are not carried and not reduced: with n at least 12 bits shorter than the limbs, a
// product of two values below 32 n comes back between -n and 2 n, with all limbs but the highest in 0..2^28.
template <int limbs>
struct LimbLanes {
    __m512i limb[limbs];
};

template <int limbs>
class LanesModulus
{
public:
    using Lanes = LimbLanes<limbs>;
    using Word = Lanes;

    explicit LanesModulus(uint128 n)
        : m_n(n)
        , m_limbs(constant(n))
        , m_negatedInverse(_mm512_set1_epi64(static_cast<long long>((0 - inverseOfOdd(low64(n))) & limbMask)))
    {
        uint128 power = 1;
        const auto shift = [&] {
            for (int i = 0; i < limbs * limbBits; ++i)
                power = power >= n - power ? power - (n - power) : 2 * power;
        };
        shift();
        m_one = constant(power);
        shift();
        m_square = constant(power);
    }

    Lanes one() const { return m_one; }
    Lanes fromNumber(unsigned x) const { return mul(constant(x), m_square); }

    Lanes fromWords(const std::array<uint128, curveLanes> &words) const
    {
        Lanes lanes;
        for (int i = 0; i < limbs; ++i) {
            std::array<std::uint64_t, curveLanes> limb;
            for (unsigned lane = 0; lane < curveLanes; ++lane)
                limb[lane] = low64(words[lane] >> (i * limbBits)) & limbMask;
            lanes.limb[i] = _mm512_loadu_si512(limb.data());
        }
        return mul(lanes, m_square);
    }

    [[gnu::always_inline]] Lanes add(const Lanes &a, const Lanes &b) const
    {
        Lanes sum;
#pragma GCC unroll 8
        for (int i = 0; i < limbs; ++i)
            sum.limb[i] = _mm512_add_epi64(a.limb[i], b.limb[i]);
        return sum;
    }
    [[gnu::always_inline]] Lanes sub(const Lanes &a, const Lanes &b) const
    {
        Lanes difference;
#pragma GCC unroll 8
        for (int i = 0; i < limbs; ++i)
            difference.limb[i] = _mm512_sub_epi64(a.limb[i], b.limb[i]);
        return difference;
    }
    [[gnu::always_inline]] Lanes sqr(const Lanes &a) const { return mul(a, a); }

    // One limb of b at a time: the sum is made divisible by 2^28 and moved down a limb.
    [[gnu::always_inline]] Lanes mul(const Lanes &a, const Lanes &b) const
    {
        const __m512i mask = _mm512_set1_epi64(limbMask);
        Lanes sum;
#pragma GCC unroll 8
        for (int i = 0; i < limbs; ++i)
            sum.limb[i] = _mm512_mul_epi32(a.limb[i], b.limb[0]);
        reduceOnce(sum, mask);
#pragma GCC unroll 8
        for (int j = 1; j < limbs; ++j) {
#pragma GCC unroll 8
            for (int i = 0; i < limbs; ++i)
                sum.limb[i] = _mm512_add_epi64(sum.limb[i], _mm512_mul_epi32(a.limb[i], b.limb[j]));
            reduceOnce(sum, mask);
        }
#pragma GCC unroll 8
        for (int i = 0; i + 1 < limbs; ++i) {
            sum.limb[i + 1] = _mm512_add_epi64(sum.limb[i + 1], _mm512_srai_epi64(sum.limb[i], limbBits));
            sum.limb[i] = _mm512_and_si512(sum.limb[i], mask);
        }
        return sum;
    }

    // The product of all lanes decides: one gcd instead of eight.
    uint128 divisorOf(const Lanes &a) const
    {
        std::array<std::array<std::int64_t, curveLanes>, limbs> limb;
        for (std::size_t i = 0; i < limbs; ++i)
            _mm512_storeu_si512(limb[i].data(), a.limb[i]);
        const Montgomery128 m(m_n);
        const uint128 highest = m.fromWord((uint128 {1} << ((limbs - 1) * limbBits)) % m_n);
        uint128 product = m.one();
        std::array<uint128, curveLanes> words;
        for (std::size_t lane = 0; lane < curveLanes; ++lane) {
            uint128 lower = 0;
            for (std::size_t i = 0; i + 1 < limbs; ++i)
                lower += static_cast<uint128>(limb[i][lane]) << (i * limbBits);
            const std::int64_t top = limb[limbs - 1][lane]; // the only one that can be negative
            const uint128 upper = m.mul(highest, static_cast<uint128>(top < 0 ? -top : top) % m_n);
            words[lane] = top < 0 ? m.sub(lower % m_n, upper) : m.add(lower % m_n, upper);
            product = m.mul(product, words[lane]);
        }
        const uint128 divisor = m.divisorOf(product);
        if (divisor != m_n)
            return divisor;
        for (const uint128 word : words) {
            if (const uint128 own = m.divisorOf(word); own != 1 && own != m_n)
                return own;
        }
        return m_n;
    }

private:
    static Lanes constant(uint128 word)
    {
        Lanes lanes;
        for (int i = 0; i < limbs; ++i)
            lanes.limb[i] = _mm512_set1_epi64(static_cast<long long>(low64(i * limbBits < 128 ? word >> (i * limbBits) : 0) & limbMask));
        return lanes;
    }

    [[gnu::always_inline]] void reduceOnce(Lanes &sum, const __m512i &mask) const
    {
        const __m512i multiple = _mm512_and_si512(_mm512_mul_epu32(sum.limb[0], m_negatedInverse), mask);
        const __m512i lowest = _mm512_add_epi64(sum.limb[0], _mm512_mul_epi32(multiple, m_limbs.limb[0]));
        const __m512i carry = _mm512_srai_epi64(lowest, limbBits);
#pragma GCC unroll 8
        for (int i = 1; i < limbs; ++i)
            sum.limb[i - 1] = _mm512_add_epi64(sum.limb[i], _mm512_mul_epi32(multiple, m_limbs.limb[i]));
        sum.limb[0] = _mm512_add_epi64(sum.limb[0], carry);
        sum.limb[limbs - 1] = _mm512_setzero_si512();
    }

    uint128 m_n;
    Lanes m_limbs;
    __m512i m_negatedInverse;
    Lanes m_one;
    Lanes m_square;
};

template <int limbs>
uint128 runCurves(uint128 n, const MicroEcmPlan &plan,
                  const std::array<CurveParameter<uint128>, curveLanes> &parameters)
{
    std::array<uint128, curveLanes> x, y, z;
    for (std::size_t lane = 0; lane < curveLanes; ++lane) {
        x[lane] = parameters[lane].x;
        y[lane] = parameters[lane].y;
        z[lane] = parameters[lane].z;
    }
    const LanesModulus<limbs> m(n);
    return EllipticCurve<LanesModulus<limbs>>(m).run(plan, {m.fromWords(x), m.fromWords(y), m.fromWords(z)});
}

} // namespace

uint128 runCurvesInLanes(uint128 n, const MicroEcmPlan &plan,
                         const std::array<CurveParameter<uint128>, curveLanes> &parameters)
{
    return bitLength(n) <= 4 * limbBits - spareBits ? runCurves<4>(n, plan, parameters)
                                                    : runCurves<5>(n, plan, parameters);
}

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

bool hasCurveLanes()
{
    return __builtin_cpu_supports("avx512f");
}

#else

bool hasCurveLanes()
{
    return false;
}

uint128 runCurvesInLanes(uint128, const MicroEcmPlan &, const std::array<CurveParameter<uint128>, curveLanes> &)
{
    return 1;
}

#endif

} // namespace openloop::factoring
