// SPDX-License-Identifier: GPL-3.0-or-later
// Two factors whose ratio is nearly a simple fraction are seen at once, however long they are.
#pragma once

#include "server/factoring/job.h"

#include <gmpxx.h>
#include <optional>

namespace openloop::factoring {

/// A proper divisor of n = p q if p / q is very close to u / v for small u and v; nullopt otherwise, and when stopped.
/// n: odd composite, without prime factors below 1000, no square. About 0.2 ms at 70 digits. Any thread. Fermat (1643);
/// with fractions Lehman (Math. Comp. 28, 1974).
std::optional<mpz_class> divisorOfCloseFactors(const mpz_class &n, const Stop &stop);

} // namespace openloop::factoring
