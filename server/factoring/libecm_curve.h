// SPDX-License-Identifier: GPL-3.0-or-later
// One curve by libecm: for numbers too long to sieve, where curves are slow, few, and run until a stop.
#pragma once

#include "server/factoring/stop.h"

#include <gmpxx.h>

namespace openloop::factoring {

/// A proper divisor of n, or 0: no luck, or a stop, which is seen within 50 ms for n of up to 200 digits.
/// 100 <= bound1 <= 250,000: beyond, libecm is deaf to a stop for too long. sigma: 6 or more. Any thread.
/// libecm 7.0.5 loses some 200 bytes with each call (ell_curve_set_z).
mpz_class runLibecmCurve(const mpz_class &n, double bound1, unsigned long sigma, const Stop &stop);

} // namespace openloop::factoring
