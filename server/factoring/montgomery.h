// SPDX-License-Identifier: GPL-3.0-or-later
// Arithmetic modulo an odd number of one or two machine words without divisions: what primality tests, rho and
// the small elliptic curves are written over.
#pragma once

#include "server/factoring/word.h"

namespace openloop::factoring {

/// Inverse of an odd n modulo 2^64 by Newton's iteration: each step doubles the right bits, from 5.
constexpr std::uint64_t inverseOfOdd(std::uint64_t n)
{
    std::uint64_t x = (3 * n) ^ 2;
    for (int step = 0; step < 4; ++step)
        x *= 2 - n * x;
    return x;
}

/// Residues modulo an odd n, 3 <= n < 2^64, as x * 2^64 mod n (Montgomery, Math. Comp. 44, 1985).
/// All values that go in and out are below n. Any thread; immutable.
class Montgomery64
{
public:
    using Word = std::uint64_t;

    constexpr explicit Montgomery64(Word n)
        : m_n(n)
        , m_inverse(inverseOfOdd(n))
        , m_one((0 - n) % n)
    {
        const Word two = add(m_one, m_one);
        m_square = add(two, two);
        for (int exponent = 2; exponent < 64; exponent *= 2)
            m_square = mul(m_square, m_square);
    }

    constexpr Word modulus() const { return m_n; }
    constexpr Word one() const { return m_one; }
    constexpr Word fromWord(Word x) const { return mul(x, m_square); }
    constexpr Word toWord(Word x) const { return mul(x, 1); }

    constexpr Word add(Word a, Word b) const
    {
        const Word gap = m_n - b;
        return a >= gap ? a - gap : a + b;
    }
    constexpr Word sub(Word a, Word b) const
    {
        const Word difference = a - b;
        return a >= b ? difference : difference + m_n;
    }
    constexpr Word mul(Word a, Word b) const
    {
        const uint128 product = static_cast<uint128>(a) * b;
        const Word multiple = low64(product) * m_inverse;
        return sub(high64(product), high64(static_cast<uint128>(multiple) * m_n));
    }
    constexpr Word sqr(Word a) const { return mul(a, a); }

private:
    Word m_n;
    Word m_inverse;
    Word m_one;
    Word m_square; ///< 2^128 mod n: takes a number into the residue system
};

/// The same for an odd n, 3 <= n < 2^128, with residues x * 2^128 mod n.
class Montgomery128
{
public:
    using Word = uint128;

    constexpr explicit Montgomery128(Word n)
        : m_n(n)
        , m_inverse(inverseOfOdd(low64(n)))
        , m_one((0 - n) % n)
    {
        const Word two = add(m_one, m_one);
        m_square = add(two, two);
        for (int exponent = 2; exponent < 128; exponent *= 2)
            m_square = mul(m_square, m_square);
    }

    constexpr Word modulus() const { return m_n; }
    constexpr Word one() const { return m_one; }
    constexpr Word fromWord(Word x) const { return mul(x, m_square); }
    constexpr Word toWord(Word x) const { return mul(x, 1); }

    constexpr Word add(Word a, Word b) const
    {
        const Word gap = m_n - b;
        return a >= gap ? a - gap : a + b;
    }
    constexpr Word sub(Word a, Word b) const
    {
        const Word difference = a - b;
        return a >= b ? difference : difference + m_n;
    }
    // One word of b at a time. The subtractive form: the low word of multiple * n equals the low word of the sum,
    // so it need not be added, and what stays is below n in absolute value.
    constexpr Word mul(Word a, Word b) const
    {
        const std::uint64_t a0 = low64(a), a1 = high64(a), b0 = low64(b), b1 = high64(b);
        const std::uint64_t n0 = low64(m_n), n1 = high64(m_n);

        const uint128 p00 = static_cast<uint128>(a0) * b0;
        const uint128 p10 = static_cast<uint128>(a1) * b0 + high64(p00);
        const std::uint64_t q0 = low64(p00) * m_inverse;
        const uint128 r00 = static_cast<uint128>(q0) * n0;
        const uint128 r10 = static_cast<uint128>(q0) * n1 + high64(r00);

        const uint128 p01 = static_cast<uint128>(a0) * b1;
        const uint128 p11 = static_cast<uint128>(a1) * b1;
        const uint128 lower = static_cast<uint128>(low64(p10)) + low64(p01);
        const uint128 upper = p11 + high64(p10) + high64(p01) + high64(lower);

        const std::uint64_t q1 = (low64(lower) - low64(r10)) * m_inverse;
        const bool borrow = low64(lower) < low64(r10);
        const uint128 r01 = static_cast<uint128>(q1) * n0;
        const uint128 r11 = static_cast<uint128>(q1) * n1 + high64(r01);
        // The sum lies above -n, so at most one of the two subtractions borrows.
        const uint128 rest = static_cast<uint128>(high64(r10)) + borrow;
        const uint128 once = upper - r11;
        const uint128 twice = once - rest;
        const bool negative = (upper < r11) | (once < rest);
        return negative ? twice + m_n : twice;
    }
    constexpr Word sqr(Word a) const { return mul(a, a); }

private:
    Word m_n;
    std::uint64_t m_inverse;
    Word m_one;
    Word m_square;
};

} // namespace openloop::factoring
