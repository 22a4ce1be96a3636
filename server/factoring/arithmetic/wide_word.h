// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers of a fixed few words, for moduli between two words and the sieve's limit.
#pragma once

#include "server/factoring/arithmetic/word.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace openloop::factoring {

template <std::size_t limbs>
struct WideWord {
    std::array<std::uint64_t, limbs> limb{}; ///< least significant first

    WideWord(std::uint64_t x = 0) { limb[0] = x; }

    /// Of another length; what does not fit must be 0.
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

} // namespace openloop::factoring
