// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers of a fixed few words, for moduli between two words and the sieve's limit.
#pragma once

#include "server/factoring/arithmetic/word_operations.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace openloop::factoring {

template <std::size_t limbs>
struct WideWord {
    std::array<std::uint64_t, limbs> limb{}; ///< least significant first

    WideWord(std::uint64_t x = 0) { limb[0] = x; }

    /// Of another length: filled up with zeros, or modulo 2^(64 limbs).
    template <std::size_t others>
    explicit WideWord(const WideWord<others> &other)
    {
        std::copy_n(other.limb.begin(), std::min(limbs, others), limb.begin());
    }

    bool operator==(const WideWord &) const = default;
};

/// Holds what the lanes do: up to 372 bits.
inline constexpr std::size_t longWordLimbs = 6;
using LongWord = WideWord<longWordLimbs>;

template <std::size_t limbs>
std::uint64_t low64(const WideWord<limbs> &x)
{
    return x.limb[0];
}

/// n: 0 <= n < 2^(64 limbs).
template <std::size_t limbs>
WideWord<limbs> toWide(const mpz_class &n)
{
    WideWord<limbs> word;
    mpz_export(word.limb.data(), nullptr, -1, sizeof(std::uint64_t), 0, 0, n.get_mpz_t());
    return word;
}

template <std::size_t limbs>
mpz_class toMpz(const WideWord<limbs> &word)
{
    mpz_class n;
    mpz_import(n.get_mpz_t(), limbs, -1, sizeof(std::uint64_t), 0, 0, word.limb.data());
    return n;
}

template <std::size_t limbs>
unsigned bitLength(const WideWord<limbs> &x)
{
    std::size_t top = limbs - 1;
    while (top > 0 && x.limb[top] == 0)
        --top;
    return static_cast<unsigned>(64 * top) + bitLength(x.limb[top]);
}

/// x modulo n.
template <typename Word>
Word residueOf(std::uint64_t x, Word n)
{
    return x < n ? x : x % n;
}
template <std::size_t limbs>
WideWord<limbs> residueOf(std::uint64_t x, const WideWord<limbs> &) ///< n: of more than a word
{
    return x;
}

/// x without its lowest bits, 1..63 of them, plus the carry that they left.
template <typename Word>
Word withoutLowBits(Word x, unsigned bits, bool carry)
{
    return static_cast<Word>((x >> bits) + carry);
}
template <std::size_t limbs>
WideWord<limbs> withoutLowBits(WideWord<limbs> x, unsigned bits, bool carry)
{
    for (std::size_t i = 0; i < limbs; ++i) {
        const std::uint64_t above = i + 1 < limbs ? x.limb[i + 1] : 0;
        x.limb[i] = (x.limb[i] >> bits) | (above << (64 - bits));
    }
    for (std::size_t i = 0; i < limbs && carry; ++i)
        carry = ++x.limb[i] == 0;
    return x;
}

// Two's complement, wrapping.

template <std::size_t limbs>
WideWord<limbs> negated(const WideWord<limbs> &x)
{
    WideWord<limbs> result;
    bool carry = true;
    for (std::size_t i = 0; i < limbs; ++i) {
        result.limb[i] = ~x.limb[i] + carry;
        carry = carry && result.limb[i] == 0;
    }
    return result;
}

template <std::size_t limbs>
bool isNegative(const WideWord<limbs> &x)
{
    return x.limb[limbs - 1] >> 63;
}

/// value: -2^(64 limbs - 1) <= value < 2^(64 limbs - 1).
template <std::size_t limbs>
WideWord<limbs> toSignedWide(const mpz_class &value)
{
    const WideWord<limbs> magnitude = toWide<limbs>(value);
    return value < 0 ? negated(magnitude) : magnitude;
}

template <std::size_t limbs>
WideWord<limbs> sum(const WideWord<limbs> &a, const WideWord<limbs> &b)
{
    WideWord<limbs> result;
    uint128 carry = 0;
    for (std::size_t i = 0; i < limbs; ++i) {
        carry += uint128(a.limb[i]) + b.limb[i];
        result.limb[i] = low64(carry);
        carry >>= 64;
    }
    return result;
}

template <std::size_t limbs>
WideWord<limbs> product(const WideWord<limbs> &x, std::int64_t factor)
{
    const std::uint64_t magnitude = factor < 0 ? 0 - std::uint64_t(factor) : std::uint64_t(factor);
    WideWord<limbs> result;
    uint128 carry = 0;
    for (std::size_t i = 0; i < limbs; ++i) {
        carry += uint128(x.limb[i]) * magnitude;
        result.limb[i] = low64(carry);
        carry >>= 64;
    }
    return factor < 0 ? negated(result) : result;
}

/// Modulo 2^(64 limbs).
template <std::size_t limbs>
WideWord<limbs> product(const WideWord<limbs> &a, const WideWord<limbs> &b)
{
    WideWord<limbs> result;
    for (std::size_t i = 0; i < limbs; ++i) {
        uint128 carry = 0;
        for (std::size_t j = 0; i + j < limbs; ++j) {
            carry += uint128(a.limb[i]) * b.limb[j] + result.limb[i + j];
            result.limb[i + j] = low64(carry);
            carry >>= 64;
        }
    }
    return result;
}

/// 1 / x modulo 2^(64 limbs). x: odd. Newton's way, which doubles the bits that are right.
template <std::size_t limbs>
WideWord<limbs> inverseOfOdd(const WideWord<limbs> &x)
{
    WideWord<limbs> inverse = inverseOfOdd(x.limb[0]);
    for (std::size_t right = 1; right < limbs; right *= 2)
        inverse = product(inverse, sum(WideWord<limbs>(2), negated(product(x, inverse))));
    return inverse;
}

// Of values that are not negative.

template <std::size_t limbs>
bool fitsOneWord(const WideWord<limbs> &x)
{
    std::uint64_t above = 0;
    for (std::size_t i = 1; i < limbs; ++i)
        above |= x.limb[i];
    return above == 0;
}

/// Limbs up to the highest that is not zero, 1 at least.
template <std::size_t limbs>
std::size_t usedLimbs(const WideWord<limbs> &x)
{
    std::size_t used = limbs;
    while (used > 1 && x.limb[used - 1] == 0)
        --used;
    return used;
}

/// Divides x by an odd p and says true, or leaves it and says false. Exact division from the low end (Jebelean, J.
/// Symb. Comp. 15, 1993): no hardware division. inverse: inverseOfOdd(p); x has at most `used` limbs that are not zero.
template <std::size_t limbs>
bool divideExactly(WideWord<limbs> &x, std::uint32_t p, std::uint64_t inverse, std::size_t used = limbs)
{
    std::array<std::uint64_t, limbs> quotient;
    std::uint64_t borrow = 0;
    for (std::size_t i = 0; i < used; ++i) {
        const std::uint64_t digit = x.limb[i] - borrow;
        const std::uint64_t under = x.limb[i] < borrow;
        quotient[i] = digit * inverse;
        borrow = high64(uint128(quotient[i]) * p) + under;
    }
    if (borrow != 0)
        return false;
    std::copy_n(quotient.begin(), used, x.limb.begin());
    return true;
}

} // namespace openloop::factoring
