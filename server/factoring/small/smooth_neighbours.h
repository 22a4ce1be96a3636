// SPDX-License-Identifier: GPL-3.0-or-later
// A prime that has a smooth number just below or above it is found at the price of a few curves, however long it is.
#pragma once

#include "server/factoring/job.h"

#include <functional>
#include <gmpxx.h>
#include <optional>

namespace openloop::factoring {

/// How many times bound1 the one prime of p - 1 or p + 1 may reach that is larger than bound1.
inline constexpr unsigned largestOverBound = 20;

/// A proper divisor of n where p - 1 or, unless p = 1 modulo 12, p + 1 has no prime power above bound1 but one prime
/// below largestOverBound times that, for a prime p of n but not for all of them; nullopt otherwise, and when stopped.
/// n: composite, prime to 210. bound1: 3,000..1,000,000. Stops within 50 ms. Any thread. Pollard's p - 1 (1974) and
/// Williams's p + 1 (Math. Comp. 39, 1982), both by Lucas sequences; Montgomery's second stage (Math. Comp. 48, 1987).
/// atWork: called every few milliseconds.
std::optional<mpz_class> divisorBySmoothNeighbours(const mpz_class &n, unsigned bound1, const Stop &stop,
                                                   const std::function<void()> &atWork);

} // namespace openloop::factoring
