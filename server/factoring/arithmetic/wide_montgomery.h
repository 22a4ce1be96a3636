// SPDX-License-Identifier: GPL-3.0-or-later
// Arithmetic modulo an odd number of a fixed few words, over GMP's innermost loops.
#pragma once

#include "server/factoring/arithmetic/montgomery.h"
#include "server/factoring/arithmetic/wide_word.h"

namespace openloop::factoring {

/// Residues modulo an odd n, 3 <= n < 2^(64 limbs), as x * 2^(64 limbs) mod n (Montgomery, Math. Comp. 44, 1985).
/// All values that go in and out are below n. Any thread; immutable.
template <std::size_t limbs>
class WideMontgomery
{
public:
    using Word = WideWord<limbs>;
    static_assert(GMP_NUMB_BITS == 64 && sizeof(mp_limb_t) == sizeof(std::uint64_t));

    explicit WideMontgomery(const Word &n) : m_n(n), m_negatedInverse(0 - inverseOfOdd(n.limb[0]))
    {
        const mpz_class modulus = toMpz(n);
        const mpz_class radix = (mpz_class(1) << (64 * limbs)) % modulus;
        m_one = toWide<limbs>(radix);
        m_square = toWide<limbs>(radix * radix % modulus);
    }

    const Word &modulus() const { return m_n; }
    const Word &one() const { return m_one; }
    Word fromNumber(unsigned x) const { return fromWord(x); } ///< x below n
    Word fromWord(const Word &x) const { return mul(x, m_square); }
    Word toWord(const Word &x) const { return mul(x, 1); }

    /// Common with the modulus.
    Word divisorOf(const Word &x) const
    {
        const mpz_class a = toMpz(x), n = toMpz(m_n);
        return toWide<limbs>(gcd(a, n));
    }

    Word add(const Word &a, const Word &b) const
    {
        Word sum;
        const mp_limb_t carry = mpn_add_n(limbsOf(sum), limbsOf(a), limbsOf(b), limbs);
        return belowModulus(sum, carry);
    }
    Word sub(const Word &a, const Word &b) const
    {
        Word difference;
        if (mpn_sub_n(limbsOf(difference), limbsOf(a), limbsOf(b), limbs) != 0)
            mpn_add_n(limbsOf(difference), limbsOf(difference), limbsOf(m_n), limbs);
        return difference;
    }
    Word mul(const Word &a, const Word &b) const
    {
        mp_limb_t product[2 * limbs];
        mpn_mul_n(product, limbsOf(a), limbsOf(b), limbs);
        return reduced(product);
    }
    Word sqr(const Word &a) const
    {
        mp_limb_t product[2 * limbs];
        mpn_sqr(product, limbsOf(a), limbs);
        return reduced(product);
    }

private:
    static mp_limb_t *limbsOf(Word &x) { return x.limb.data(); }
    static const mp_limb_t *limbsOf(const Word &x) { return x.limb.data(); }

    // Each limb that is made 0 takes the carry of its row instead; all are added at once.
    Word reduced(mp_limb_t *product) const
    {
        for (std::size_t i = 0; i < limbs; ++i)
            product[i] = mpn_addmul_1(product + i, limbsOf(m_n), limbs, product[i] * m_negatedInverse);
        Word sum;
        const mp_limb_t carry = mpn_add_n(limbsOf(sum), product + limbs, product, limbs);
        return belowModulus(sum, carry);
    }

    Word belowModulus(Word &sum, mp_limb_t carry) const
    {
        if (carry != 0 || mpn_cmp(limbsOf(sum), limbsOf(m_n), limbs) >= 0)
            mpn_sub_n(limbsOf(sum), limbsOf(sum), limbsOf(m_n), limbs);
        return sum;
    }

    Word m_n, m_one;
    Word m_square; ///< takes a number into the residue system
    mp_limb_t m_negatedInverse; ///< of n modulo 2^64
};

} // namespace openloop::factoring
