// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers of one or two machine words, where every microsecond counts: no GMP on the way.
#pragma once

#include "server/factoring/arithmetic/word.h"
#include "server/factoring/job.h"
#include "server/factoring/small/trial_division.h"

namespace openloop::factoring {

/// Appends the prime factors of n with multiplicity, in no order. n: 1 or more. Any thread.
/// A few us for most n, some tens of us for the product of two 32-bit primes.
void factorWord(std::uint64_t n, WordPrimes &primes);

/// The same for an n without prime factors below wordTrialBound.
void factorRoughWord(std::uint64_t n, WordPrimes &primes);

/// A proper divisor of a composite n without prime factors below wordTrialBound. Any thread.
std::uint64_t divisorOfRoughWord(std::uint64_t n);

/// A proper divisor of a composite n < 2^128 without prime factors below wordTrialBound; 1 when it gave up: either
/// stopped, or n is one for the quadratic sieve. Any thread; a stop is seen within a few ms.
uint128 divisorOfRoughWord(uint128 n, const Stop &stop);

} // namespace openloop::factoring
