// SPDX-License-Identifier: GPL-3.0-or-later
// How long a number may take, told from its length alone.
#pragma once

#include <chrono>
#include <gmpxx.h>

namespace openloop::factoring {

/// CPU time of the worst number of n's length, a product of two primes of equal length, within a factor of 2 or so
/// on a machine of 2020. Most numbers take far less. Any thread.
std::chrono::duration<double> mostTime(const mpz_class &n);

} // namespace openloop::factoring
