// SPDX-License-Identifier: GPL-3.0-or-later
// The small primes, and how they are taken out of a number.
#pragma once

#include "server/factoring/arithmetic/word.h"
#include "server/factoring/job.h"

#include <vector>

namespace openloop::factoring {

/// Trial division of one word covers all primes below this; a cofactor below its square is prime.
inline constexpr std::uint64_t wordTrialBound = 1024;

inline constexpr unsigned largestTrialBound = 65536;

/// Divides n by its prime factors below wordTrialBound, each as often as it goes, and appends them, ascending.
/// n: 1 or more. Any thread.
void divideSmallPrimes(std::uint64_t &n, std::vector<std::uint64_t> &factors);

/// The same for any n, by the primes below `bound` (at most largestTrialBound); leaves early when stopped.
void divideSmallPrimes(mpz_class &n, unsigned bound, std::vector<std::uint64_t> &factors, const Stop &stop);

} // namespace openloop::factoring
