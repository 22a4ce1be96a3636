// SPDX-License-Identifier: GPL-3.0-or-later
// Machine words as numbers: the 128-bit type, its passage to and from GMP, and gcds without a division.
#pragma once

#include <bit>
#include <cstdint>
#include <gmpxx.h>

namespace openloop::factoring {

__extension__ typedef unsigned __int128 uint128;

constexpr std::uint64_t low64(uint128 x)
{
    return static_cast<std::uint64_t>(x);
}
constexpr std::uint64_t high64(uint128 x)
{
    return static_cast<std::uint64_t>(x >> 64);
}

/// Bits of x, 0 for 0.
constexpr unsigned bitLength(std::uint64_t x)
{
    return static_cast<unsigned>(std::bit_width(x));
}
constexpr unsigned bitLength(uint128 x)
{
    return high64(x) != 0 ? 64 + bitLength(high64(x)) : bitLength(low64(x));
}
inline unsigned bitLength(const mpz_class &n)
{
    return static_cast<unsigned>(mpz_sizeinbase(n.get_mpz_t(), 2));
}

constexpr unsigned trailingZeros(std::uint64_t x)
{
    return static_cast<unsigned>(std::countr_zero(x));
}
constexpr unsigned trailingZeros(uint128 x)
{
    return low64(x) != 0 ? trailingZeros(low64(x)) : 64 + trailingZeros(high64(x));
}

/// Greatest common divisor of a and an odd b. Stein (J. Comp. Phys. 1, 1967).
template <typename Word>
constexpr Word gcdWithOdd(Word a, Word b)
{
    while (a != 0) {
        a >>= trailingZeros(a);
        const Word difference = a > b ? a - b : b - a;
        b = a > b ? b : a;
        a = difference;
    }
    return b;
}

/// n as a word; n: 0 <= n < 2^128, respectively 2^64.
inline uint128 toUint128(const mpz_class &n)
{
    uint128 word = 0;
    mpz_export(&word, nullptr, -1, sizeof word, 0, 0, n.get_mpz_t());
    return word;
}
inline std::uint64_t toUint64(const mpz_class &n)
{
    return low64(toUint128(n));
}

inline mpz_class toMpz(uint128 word)
{
    mpz_class n;
    mpz_import(n.get_mpz_t(), 1, -1, sizeof word, 0, 0, &word);
    return n;
}
inline mpz_class toMpz(std::uint64_t word)
{
    mpz_class n;
    mpz_import(n.get_mpz_t(), 1, -1, sizeof word, 0, 0, &word);
    return n;
}

} // namespace openloop::factoring
