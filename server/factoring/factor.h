// SPDX-License-Identifier: GPL-3.0-or-later
// The engine's one entry: a number in, its prime factors out; no Qt, no I/O.
#pragma once

#include "server/factoring/job.h"

namespace openloop::factoring {

/// Prime factors of n with multiplicity; factors and remaining multiply back to n. Nothing for n = 1.
/// n: 1 <= n. Stops within 50 ms of a request on `stop` or of the deadline, with what it has found.
/// Never throws. Any thread. Every factor has passed BPSW (Baillie-Wagstaff 1980, no known counterexample).
Result factor(const mpz_class &n, std::stop_token stop = {}, const Options &options = {},
              const ProgressSink &progress = {});

/// BPSW primality test; deterministic below 2^64.
bool isPrime(const mpz_class &n);

} // namespace openloop::factoring
