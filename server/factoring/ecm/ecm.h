// SPDX-License-Identifier: GPL-3.0-or-later
// The elliptic curve method for numbers of more than two words, on as many threads as are lent.
#pragma once

#include "server/factoring/job.h"

#include <functional>
#include <gmpxx.h>
#include <optional>

namespace openloop::factoring {

/// So many curves to one stage-1 bound.
struct EcmRound {
    unsigned bound1; ///< 100..250,000
    unsigned curves; ///< up to mostLongEcmBits a multiple of 8: that many run side by side
    unsigned before = 0; ///< curves that other rounds ran on the number: these are not run again
};

/// A proper divisor of the odd composite n, or nullopt: no curve found one, or a stop came.
/// n: more than 128 bits, prime to 3. Curves run on this thread and on those that options.crew lends; progress is told
/// the fraction of the round that is done, by this thread, tens of times a second. Stops within 50 ms. Never throws.
/// Lenstra (Ann. Math. 126, 1987).
std::optional<mpz_class> ecmFactor(const mpz_class &n, const EcmRound &round, const Stop &stop, const Options &options,
                                   const std::function<void(double)> &progress);

} // namespace openloop::factoring
