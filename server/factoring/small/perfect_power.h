// SPDX-License-Identifier: GPL-3.0-or-later
// Powers are taken apart before any sieve or curve sees them: those never split p^2 well.
#pragma once

#include "server/factoring/job.h"

#include <gmpxx.h>
#include <optional>

namespace openloop::factoring {

struct Power {
    mpz_class root;
    unsigned exponent = 1; ///< prime
};

/// n as a prime power of a smaller number, or nullopt: n is none, or a stop came.
/// n: 2 or more, without prime factors below 2^leastFactorBits. Any thread.
std::optional<Power> asPower(const mpz_class &n, unsigned leastFactorBits, const Stop &stop);

} // namespace openloop::factoring
