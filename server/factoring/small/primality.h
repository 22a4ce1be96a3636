// SPDX-License-Identifier: GPL-3.0-or-later
// Is it prime? Proven below 2^64, BPSW above, and never deaf to a stop.
#pragma once

#include "server/factoring/arithmetic/word.h"
#include "server/factoring/job.h"

#include <optional>

namespace openloop::factoring {

/// Proven: Miller-Rabin to the seven bases of Sinclair (2011), which suffice below 2^64. Any n.
bool isPrimeWord(std::uint64_t n);

/// BPSW. A composite is most often told by one power in Montgomery form. Any n.
bool isPrimeWord(uint128 n);

/// BPSW (Baillie, Wagstaff, Math. Comp. 35, 1980); nullopt when stopped. Any n; a stop is seen within 50 ms up to
/// some 100,000 digits, because long powers are taken in pieces.
std::optional<bool> isPrimeUnlessStopped(const mpz_class &n, const Stop &stop);

} // namespace openloop::factoring
