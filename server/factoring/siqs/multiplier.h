// SPDX-License-Identifier: GPL-3.0-or-later
// A small k so that k n is a square modulo many small primes.
#pragma once

#include <gmpxx.h>

namespace openloop::factoring::siqs {

/// The odd square-free k below 100 with k n = 1 mod 8 and the most small primes expected in the sieved
/// values. n: odd, positive. Any thread. Knuth-Schroeppel function: Pomerance, "The quadratic sieve factoring
/// algorithm" (Eurocrypt 1984); Silverman (Math. Comp. 48, 1987).
unsigned chooseMultiplier(const mpz_class &n);

} // namespace openloop::factoring::siqs
