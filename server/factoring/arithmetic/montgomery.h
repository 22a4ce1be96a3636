// SPDX-License-Identifier: GPL-3.0-or-later
// Arithmetic modulo an odd number of one or two machine words without divisions: what primality tests, rho and
// the small elliptic curves are written over.
#pragma once

#include "server/factoring/arithmetic/word_operations.h"

namespace openloop::factoring {

/// Residues modulo an odd n, 3 <= n < 2^64, as x * 2^64 mod n (Montgomery, Math. Comp. 44, 1985).
/// All values that go in and out are below n. Any thread; immutable.
class Montgomery64
{
public:
    using Word = std::uint64_t;

    explicit Montgomery64(Word n) : m_n(n), m_inverse(inverseOfOdd(n)), m_one((0 - n) % n)
    {
        m_square = add(add(m_one, m_one), add(m_one, m_one));
        for (int exponent = 2; exponent < 64; exponent *= 2)
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
    Word mul(Word a, Word b) const { return words::multiply(a, b, m_n, m_inverse); }
    Word sqr(Word a) const { return mul(a, a); }

private:
    Word m_n;
    Word m_inverse;
    Word m_one;
    Word m_square; ///< 2^128 mod n: takes a number into the residue system
};

/// The same for an odd n, 3 <= n < 2^128, with residues x * 2^128 mod n. Multiply: one of the functions above.
template <uint128 (*Multiply)(uint128, uint128, uint128, std::uint64_t)>
class TwoWordMontgomery
{
public:
    using Word = uint128;

    explicit TwoWordMontgomery(Word n) : m_n(n), m_inverse(inverseOfOdd(low64(n))), m_one((0 - n) % n)
    {
        m_square = add(add(m_one, m_one), add(m_one, m_one));
        for (int exponent = 2; exponent < 128; exponent *= 2)
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
    Word m_square;
};

using Montgomery128 = TwoWordMontgomery<portable::multiply>;
#ifdef OPENLOOP_MULX
using Montgomery128Mulx = TwoWordMontgomery<x86::multiplyMulx>;
#endif

} // namespace openloop::factoring
