// SPDX-License-Identifier: GPL-3.0-or-later
// The primes that relations may be made of, with what every polynomial needs to know about them.
#pragma once

#include "server/factoring/job.h"
#include "server/factoring/siqs/parameters.h"

#include <cstddef>
#include <cstdint>
#include <gmpxx.h>
#include <vector>

namespace openloop::factoring::siqs {

/// All primes below `bound`, ascending. bound: 3 or more.
std::vector<std::uint32_t> primesBelow(std::uint32_t bound);

/// Jacobi symbol (a/p) = 1. p: odd prime; a: 1 <= a < p.
bool isSquareModulo(std::uint32_t a, std::uint32_t p);

/// r with r^2 = a mod p (Tonelli 1891, Shanks 1972). p: odd prime; a: 0, or a square, below p.
std::uint32_t squareRootModulo(std::uint32_t a, std::uint32_t p);

/// Consecutive large primes that share one logarithm; a bucket entry names a prime by its place in its slice.
struct Slice {
    std::size_t start = 0; ///< place of the first prime in the padded arrays; a multiple of `padding`
    std::size_t count = 0; ///< primes, padding not counted
    std::uint32_t index = 0; ///< factor-base index of the first prime
    std::uint8_t log = 0;
};

/// Index 0 stands for the sign, 1 for the prime 2, then come the odd primes p with (kn/p) = 0 or 1.
/// The padded arrays hold the odd primes: first those below a block ("medium"), then the slices of the larger
/// ones, each group filled up to a multiple of `padding` with a modulus that never hits.
struct FactorBase {
    static constexpr std::size_t padding = 32;

    std::vector<std::uint32_t> prime; ///< by factor-base index
    std::vector<std::uint8_t> log; ///< rounded base-2 logarithms, by factor-base index

    std::vector<std::uint64_t> inverse; ///< 1/p mod 2^64, by factor-base index; of medium primes, which divide often

    std::size_t mediumCount = 0; ///< primes below 2^15; factor-base index = place + 2
    std::size_t mediumPadded = 0;
    std::size_t smallCount = 0; ///< the first of them, not sieved
    std::size_t padded = 0; ///< length of the arrays below
    std::vector<std::uint32_t> modulus;
    std::vector<std::uint32_t> negatedInverse; ///< -1/p mod 2^32
    std::vector<std::uint32_t> rSquared; ///< 2^64 mod p
    std::vector<std::uint32_t> rootOfN; ///< square root of kn mod p
    std::vector<Slice> slices;

    /// Place after the last one of a slice, padding included.
    std::size_t sliceEnd(std::size_t slice) const
    {
        return slice + 1 < slices.size() ? slices[slice + 1].start : padded;
    }
    std::uint32_t largest() const { return prime.back(); }
    std::size_t size() const { return prime.size(); }
};

/// kn = 1 mod 8, not a square.
/// Shorter than wanted when stopped.
FactorBase makeFactorBase(const mpz_class &kn, const Parameters &parameters, const Stop &stop = {});

} // namespace openloop::factoring::siqs
