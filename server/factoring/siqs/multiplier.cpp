// SPDX-License-Identifier: GPL-3.0-or-later
// Knuth and Schroeppel's score of every small square-free k.
#include "server/factoring/siqs/multiplier.h"

#include "server/factoring/siqs/factor_base.h"

#include <cmath>
#include <vector>

namespace openloop::factoring::siqs {

namespace {

constexpr unsigned largestMultiplier = 97;
constexpr std::uint32_t largestTried = 1200;
constexpr std::uint32_t largestTriedForShort = 300;
constexpr std::size_t shortBits = 160; // for these every microsecond counts

bool squareFree(unsigned k)
{
    for (unsigned d = 2; d * d <= k; ++d) {
        if (k % (d * d) == 0)
            return false;
    }
    return true;
}

} // namespace

unsigned chooseMultiplier(const mpz_class &n)
{
    const std::vector<std::uint32_t> primes =
        primesBelow(mpz_sizeinbase(n.get_mpz_t(), 2) < shortBits ? largestTriedForShort : largestTried);
    std::vector<std::uint32_t> residue;
    for (const std::uint32_t p : primes)
        residue.push_back(std::uint32_t(mpz_fdiv_ui(n.get_mpz_t(), p)));

    unsigned best = 1;
    double bestScore = -1e9;
    const auto low = unsigned(mpz_fdiv_ui(n.get_mpz_t(), 8));
    for (unsigned k = 1; k <= largestMultiplier; k += 2) {
        if (k * low % 8 != 1 || !squareFree(k))
            continue;
        double score = -0.5 * std::log(double(k));
        for (std::size_t i = 1; i < primes.size(); ++i) {
            const std::uint32_t p = primes[i];
            const std::uint32_t kn = std::uint32_t(std::uint64_t(k) * residue[i] % p);
            if (kn == 0)
                score += std::log(double(p)) / p;
            else if (isSquareModulo(kn, p))
                score += 2 * std::log(double(p)) / (p - 1);
        }
        if (score > bestScore) {
            bestScore = score;
            best = k;
        }
    }
    return best;
}

} // namespace openloop::factoring::siqs
