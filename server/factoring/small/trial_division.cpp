// SPDX-License-Identifier: GPL-3.0-or-later
// A table of the small primes with their inverses, so that no division is needed below 2^64.
#include "server/factoring/small/trial_division.h"

#include "server/factoring/arithmetic/montgomery.h"

#include <array>

namespace openloop::factoring {

namespace {

// n is a multiple of an odd p exactly if n * p^-1 mod 2^64 is at most (2^64 - 1) / p (Granlund, Montgomery,
// PLDI 1994).
struct SmallPrime {
    std::uint64_t prime;
    std::uint64_t inverse;
    std::uint64_t limit;
};

constexpr bool isSmallPrime(std::uint64_t n)
{
    for (std::uint64_t d = 3; d * d <= n; d += 2) {
        if (n % d == 0)
            return false;
    }
    return n % 2 == 1 && n > 1;
}

constexpr auto oddPrimes = [] {
    std::array<SmallPrime, 171> table{};
    std::size_t count = 0;
    for (std::uint64_t n = 3; n < wordTrialBound; n += 2) {
        if (isSmallPrime(n))
            table[count++] = {n, inverseOfOdd(n), ~std::uint64_t{0} / n};
    }
    return table;
}();
static_assert(oddPrimes.back().prime == 1021);

std::vector<unsigned> oddPrimesBelow(unsigned bound)
{
    std::vector<bool> composite(bound, false);
    std::vector<unsigned> primes;
    for (unsigned p = 3; p < bound; p += 2) {
        if (composite[p])
            continue;
        primes.push_back(p);
        for (unsigned multiple = 3 * p; multiple < bound; multiple += 2 * p)
            composite[multiple] = true;
    }
    return primes;
}

} // namespace

void divideSmallPrimes(std::uint64_t &n, std::vector<std::uint64_t> &factors)
{
    const unsigned twos = trailingZeros(n);
    factors.insert(factors.end(), twos, 2);
    n >>= twos;
    for (const SmallPrime &small : oddPrimes) {
        std::uint64_t quotient = n * small.inverse;
        while (quotient <= small.limit) [[unlikely]] {
            n = quotient;
            factors.push_back(small.prime);
            quotient = n * small.inverse;
        }
    }
}

void divideSmallPrimes(mpz_class &n, unsigned bound, std::vector<std::uint64_t> &factors, const Stop &stop)
{
    const mp_bitcnt_t twos = mpz_scan1(n.get_mpz_t(), 0);
    factors.insert(factors.end(), twos, 2);
    n >>= twos;
    std::uint64_t primorial = 1;
    std::vector<unsigned> group;
    const auto divideByGroup = [&] {
        const std::uint64_t residue = mpz_fdiv_ui(n.get_mpz_t(), primorial);
        for (const unsigned p : group) {
            if (residue % p != 0)
                continue;
            while (mpz_divisible_ui_p(n.get_mpz_t(), p) && !stop.requested()) {
                mpz_divexact_ui(n.get_mpz_t(), n.get_mpz_t(), p);
                factors.push_back(p);
            }
        }
        primorial = 1;
        group.clear();
    };
    static const std::vector<unsigned> primes = oddPrimesBelow(largestTrialBound);
    for (const unsigned p : primes) {
        if (p >= bound || n == 1)
            break;
        if (primorial > ~std::uint64_t{0} / p) {
            divideByGroup();
            if (stop.requested())
                return;
        }
        primorial *= p;
        group.push_back(p);
    }
    if (!group.empty())
        divideByGroup();
}

} // namespace openloop::factoring
