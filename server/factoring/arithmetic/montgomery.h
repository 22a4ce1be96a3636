// SPDX-License-Identifier: GPL-3.0-or-later
// Arithmetic modulo an odd number of one or two machine words without divisions: what primality tests, rho and
// the small elliptic curves are written over.
#pragma once

#include "server/factoring/arithmetic/word_operations.h"

namespace openloop::factoring {

/// Residues modulo an odd n, 3 <= n < R, as x * R mod n for R = 2^(bits of a Word) (Montgomery, Math. Comp. 44, 1985).
/// All values that go in and out are below n. Multiply: one of words::multiply and its like. Any thread; immutable.
template <typename WordType, WordType (*Multiply)(WordType, WordType, WordType, std::uint64_t)>
class WordMontgomery
{
public:
    using Word = WordType;

    explicit WordMontgomery(Word n) : m_n(n), m_inverse(inverseOfOdd(static_cast<std::uint64_t>(n))), m_one((0 - n) % n)
    {
        m_square = add(add(m_one, m_one), add(m_one, m_one));
        for (unsigned exponent = 2; exponent < 8 * sizeof(Word); exponent *= 2)
            m_square = sqr(m_square);
    }

    Word modulus() const { return m_n; }
    Word one() const { return m_one; }
    Word fromWord(Word x) const { return mul(x, m_square); }
    Word fromNumber(unsigned x) const { return fromWord(x < m_n ? x : x % m_n); }
    Word toWord(Word x) const { return mul(x, 1); }
    Word divisorOf(Word x) const { return gcdWithOdd(x, m_n); } ///< common with the modulus

    Word add(Word a, Word b) const { return words::add(a, b, m_n); }
    Word sub(Word a, Word b) const { return words::subtract(a, b, m_n); }
    Word mul(Word a, Word b) const { return Multiply(a, b, m_n, m_inverse); }
    Word sqr(Word a) const { return mul(a, a); }

private:
    Word m_n;
    std::uint64_t m_inverse;
    Word m_one;
    Word m_square; ///< R^2 mod n: takes a number into the residue system
};

using Montgomery64 = WordMontgomery<std::uint64_t, words::multiply>;
using Montgomery128 = WordMontgomery<uint128, portable::multiply>;
#ifdef OPENLOOP_MULX
using Montgomery128Mulx = WordMontgomery<uint128, x86::multiplyMulx>;
#endif

} // namespace openloop::factoring
