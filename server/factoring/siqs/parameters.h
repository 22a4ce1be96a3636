// SPDX-License-Identifier: GPL-3.0-or-later
// The sieve's sizes for a number of so many bits: one table, found by measuring.
#pragma once

#include <cstdint>

namespace openloop::factoring::siqs {

inline constexpr unsigned blockBits = 15;
inline constexpr std::uint32_t blockSize = 1U << blockBits; ///< bytes; fits the first-level cache of any x86-64

inline constexpr unsigned maxBlocks = 32;

struct Parameters {
    unsigned factorBase = 0; ///< primes, the sign and 2 included
    unsigned blocks = 1; ///< of one polynomial's interval, both sides together, 1..32
    unsigned span = blockSize; ///< bytes in use of a block, a multiple of 64; all but for numbers that one is long for
    unsigned largeMultiplier = 40; ///< large primes are at most this many times the largest prime sieved
    unsigned smallBound = 0; ///< primes below are not sieved; the threshold allows for them
    unsigned smallBits = 0; ///< bits that the primes below smallBound are trusted to contribute
    double doubleExponent = 0; ///< two large primes up to (large bound)^this; 0: one only
    unsigned aPrime = 0; ///< preferred size of the primes of A
    unsigned extra = 0; ///< relations beyond the number of primes

    /// Of the interval: places of a polynomial that are sieved, half of them below zero.
    std::uint32_t length() const { return blocks * span; }
};

/// Interpolated from a measured table. bits: of n, 40..380.
Parameters parametersFor(unsigned bits);

} // namespace openloop::factoring::siqs
