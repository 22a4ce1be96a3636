// SPDX-License-Identifier: GPL-3.0-or-later
// Roots of every prime exponent that may fit, the smallest exponent first.
#include "server/factoring/small/perfect_power.h"

#include "server/factoring/arithmetic/word.h"

namespace openloop::factoring {

std::optional<Power> asPower(const mpz_class &n, unsigned leastFactorBits, const Stop &stop)
{
    if (mpz_perfect_square_p(n.get_mpz_t()))
        return Power{sqrt(n), 2};
    const unsigned largest = bitLength(n) / leastFactorBits;
    Power power;
    for (mpz_class exponent = 3; exponent <= largest && !stop.requested();
         mpz_nextprime(exponent.get_mpz_t(), exponent.get_mpz_t())) {
        power.exponent = static_cast<unsigned>(exponent.get_ui());
        if (mpz_root(power.root.get_mpz_t(), n.get_mpz_t(), power.exponent) != 0)
            return power;
    }
    return std::nullopt;
}

} // namespace openloop::factoring
