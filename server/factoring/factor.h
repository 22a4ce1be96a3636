// SPDX-License-Identifier: GPL-3.0-or-later
// The engine's one entry: a number in, its prime factors out; no Qt, no I/O.
#pragma once

#include "server/factoring/job.h"

#include <cstdint>
#include <vector>

namespace openloop::factoring {

/// Prime factors of n with multiplicity; factors and remaining multiply back to n. Nothing for n = 1.
/// n: 1 <= n. Stops within 50 ms of a request on `stop` or of the deadline, with what it has found.
/// Never throws. Any thread. Every factor has passed BPSW (Baillie-Wagstaff 1980, no known counterexample).
Result factor(const mpz_class &n, std::stop_token stop = {}, const Options &options = {},
              const ProgressSink &progress = {});

/// The same for one word, for who has millions of them: puts the primes into `factors`, ascending, and takes no memory
/// but what that needs to grow. Nothing for 0 and 1, nor for what does not
/// multiply back (a bug). Any thread.
void factor(std::uint64_t n, std::vector<WordPower> &factors);

/// Before thousands of words: makes a table (half a MiB, some ms) that finishes short ones at once. Any thread.
void prepareForManyWords();

/// BPSW primality test; deterministic below 2^64.
bool isPrime(const mpz_class &n);

} // namespace openloop::factoring
