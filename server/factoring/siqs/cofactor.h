// SPDX-License-Identifier: GPL-3.0-or-later
// Splits what is left of a sieved value when two large primes are allowed.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

namespace openloop::factoring::siqs {

/// Both prime factors of n, the smaller first; nothing when n is prime or resists.
/// n: odd, below 2^63, without factors below some 2^10. Any thread. Pollard-Brent (BIT 20, 1980).
std::optional<std::pair<std::uint64_t, std::uint64_t>> splitCofactor(std::uint64_t n);

} // namespace openloop::factoring::siqs
