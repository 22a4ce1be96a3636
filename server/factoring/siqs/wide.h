// SPDX-License-Identifier: GPL-3.0-or-later
// Fixed-width integers for the sieved values: trial division must not pay for mpz_t.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <gmpxx.h>

namespace openloop::factoring::siqs {

__extension__ typedef unsigned __int128 Word128;

/// 256 bits, two's complement, wrapping; wide enough for 380-bit kn.
struct Wide {
    static constexpr std::size_t words = 4;
    std::array<std::uint64_t, words> word{};

    static Wide from(const mpz_class &value)
    {
        Wide result;
        std::size_t count = 0;
        mpz_export(result.word.data(), &count, -1, sizeof(std::uint64_t), 0, 0, value.get_mpz_t());
        return value < 0 ? result.negated() : result;
    }

    bool isNegative() const { return word[words - 1] >> 63; }

    Wide negated() const
    {
        Wide result;
        std::uint64_t carry = 1;
        for (std::size_t i = 0; i < words; ++i) {
            result.word[i] = ~word[i] + carry;
            carry = carry && result.word[i] == 0;
        }
        return result;
    }

    Wide plus(const Wide &other) const
    {
        Wide result;
        Word128 carry = 0;
        for (std::size_t i = 0; i < words; ++i) {
            carry += Word128(word[i]) + other.word[i];
            result.word[i] = std::uint64_t(carry);
            carry >>= 64;
        }
        return result;
    }

    Wide times(std::int64_t factor) const
    {
        const std::uint64_t magnitude = factor < 0 ? 0 - std::uint64_t(factor) : std::uint64_t(factor);
        Wide result;
        Word128 carry = 0;
        for (std::size_t i = 0; i < words; ++i) {
            carry += Word128(word[i]) * magnitude;
            result.word[i] = std::uint64_t(carry);
            carry >>= 64;
        }
        return factor < 0 ? result.negated() : result;
    }

    /// Of a value that is not negative.
    unsigned bits() const
    {
        for (std::size_t i = words; i-- > 0;) {
            if (word[i] != 0)
                return unsigned(i * 64) + unsigned(std::bit_width(word[i]));
        }
        return 0;
    }

    bool fitsOneWord() const { return (word[1] | word[2] | word[3]) == 0; }

    /// Divides by 2^count, 0 <= count < 64; not negative.
    void shiftRight(unsigned count)
    {
        if (count == 0)
            return;
        for (std::size_t i = 0; i + 1 < words; ++i)
            word[i] = word[i] >> count | word[i + 1] << (64 - count);
        word[words - 1] >>= count;
    }

    /// Words up to the highest that is not zero, 1 at least.
    std::size_t usedWords() const
    {
        std::size_t used = words;
        while (used > 1 && word[used - 1] == 0)
            --used;
        return used;
    }

    /// Divides by an odd p and says true, or leaves the value and says false. Exact division from the low end
    /// (Jebelean, J. Symb. Comp. 15, 1993): no hardware division. `inverse` is 1/p mod 2^64; the value is not
    /// negative and has at most `used` words.
    bool divideExactly(std::uint32_t p, std::uint64_t inverse, std::size_t used = words)
    {
        std::array<std::uint64_t, words> quotient;
        std::uint64_t borrow = 0;
        for (std::size_t i = 0; i < used; ++i) {
            const std::uint64_t digit = word[i] - borrow;
            const std::uint64_t under = word[i] < borrow;
            quotient[i] = digit * inverse;
            borrow = std::uint64_t(Word128(quotient[i]) * p >> 64) + under;
        }
        if (borrow != 0)
            return false;
        for (std::size_t i = 0; i < used; ++i)
            word[i] = quotient[i];
        return true;
    }
};

/// 1/p mod 2^64 for odd p, by Newton's iteration.
inline std::uint64_t inverse64(std::uint64_t p)
{
    std::uint64_t inverse = 3 * p ^ 2; // right to five bits
    for (int round = 0; round < 4; ++round)
        inverse *= 2 - p * inverse;
    return inverse;
}

} // namespace openloop::factoring::siqs
