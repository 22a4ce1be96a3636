// SPDX-License-Identifier: GPL-3.0-or-later
// See factor.h.
#include "server/factoring/factor.h"

namespace openloop::factoring {

const char *phaseName(Phase phase)
{
    switch (phase) {
    case Phase::TrialDivision: return "trial division";
    case Phase::Rho: return "rho";
    case Phase::Ecm: return "ecm";
    case Phase::Sieving: return "sieving";
    case Phase::Filtering: return "filtering";
    case Phase::LinearAlgebra: return "linear algebra";
    case Phase::SquareRoot: return "square root";
    }
    return "";
}

bool isPrime(const mpz_class &n)
{
    return mpz_probab_prime_p(n.get_mpz_t(), 24) > 0;
}

Result factor(const mpz_class &n, std::stop_token stop, const Options &, const ProgressSink &)
{
    Result result;
    mpz_class rest = n;
    for (mpz_class p = 2; rest > 1 && !stop.stop_requested(); ++p) {
        if (isPrime(rest))
            p = rest;
        unsigned exponent = 0;
        while (mpz_divisible_p(rest.get_mpz_t(), p.get_mpz_t())) {
            rest /= p;
            ++exponent;
        }
        if (exponent > 0)
            result.factors.push_back({p, exponent});
    }
    if (rest > 1)
        result.remaining.push_back(rest);
    return result;
}

} // namespace openloop::factoring
