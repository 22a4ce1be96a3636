// SPDX-License-Identifier: GPL-3.0-or-later
// Tables of the small primes with their inverses, so that no division is needed below 2^64.
#include "server/factoring/small/trial_division.h"

#include "server/factoring/arithmetic/montgomery.h"
#include "server/factoring/small/primality.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

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

// The same for numbers of 32 bits and all primes that they may have to be divided by; eight are tried at a time.
constexpr std::size_t group = 8;
using Lanes __attribute__((vector_size(4 * group))) = std::uint32_t;

struct alignas(32) PrimeGroup {
    std::array<std::uint32_t, group> inverse{}, limit{}; ///< what fills the last group divides 0 alone
    std::array<std::uint32_t, group> prime{};
};

const std::vector<PrimeGroup> &primeGroups()
{
    static const std::vector<PrimeGroup> groups = [] {
        const std::vector<unsigned> primes = oddPrimesBelow(largestTrialBound);
        std::vector<PrimeGroup> made((primes.size() + group - 1) / group);
        for (std::size_t i = 0; i < primes.size(); ++i) {
            PrimeGroup &to = made[i / group];
            to.prime[i % group] = primes[i];
            to.inverse[i % group] = static_cast<std::uint32_t>(inverseOfOdd(primes[i]));
            to.limit[i % group] = ~0U / primes[i];
        }
        return made;
    }();
    return groups;
}

// The first group from `begin` on that has a divisor of n, or whose primes are too large for one; else `end`.
[[gnu::always_inline]] inline const PrimeGroup *searchGroups(std::uint32_t n, const PrimeGroup *begin,
                                                             const PrimeGroup *end)
{
    for (; begin != end; ++begin) {
        Lanes inverse, limit;
        std::memcpy(&inverse, begin->inverse.data(), sizeof inverse);
        std::memcpy(&limit, begin->limit.data(), sizeof limit);
        const auto divides = inverse * n <= limit;
        std::array<std::uint64_t, group / 2> any;
        std::memcpy(any.data(), &divides, sizeof any);
        if ((any[0] | any[1] | any[2] | any[3]) != 0 || n < begin->prime[0] * begin->prime[0])
            break;
    }
    return begin;
}

[[gnu::target("avx2")]] const PrimeGroup *searchByAvx2(std::uint32_t n, const PrimeGroup *begin, const PrimeGroup *end)
{
    return searchGroups(n, begin, end);
}

const PrimeGroup *search(std::uint32_t n, const PrimeGroup *begin, const PrimeGroup *end)
{
    static const bool hasAvx2 = __builtin_cpu_supports("avx2") != 0;
    return hasAvx2 ? searchByAvx2(n, begin, end) : searchGroups(n, begin, end);
}

// For each odd number below tableEnd the place of its smallest prime in oddPrimes, or isPrimeMark.
constexpr std::uint32_t tableEnd = wordTrialBound * wordTrialBound;
constexpr std::uint8_t isPrimeMark = 255;
static_assert(oddPrimes.size() < isPrimeMark);
std::atomic<const std::uint8_t *> smallestFactors = nullptr;

std::vector<std::uint8_t> smallestFactorsOfOdd()
{
    std::vector<std::uint8_t> table(tableEnd / 2, isPrimeMark);
    for (std::size_t i = 0; i < oddPrimes.size(); ++i) {
        const auto prime = static_cast<std::uint32_t>(oddPrimes[i].prime);
        for (std::uint32_t multiple = prime * prime; multiple < tableEnd; multiple += 2 * prime) {
            if (table[multiple / 2] == isPrimeMark)
                table[multiple / 2] = static_cast<std::uint8_t>(i);
        }
    }
    return table;
}

// Until n has 32 bits or the primes are used up; gives the place of the next one.
std::size_t divideLongWord(std::uint64_t &n, WordPrimes &factors)
{
    for (std::size_t i = 0; i < oddPrimes.size(); ++i) {
        std::uint64_t quotient = n * oddPrimes[i].inverse;
        if (quotient > oddPrimes[i].limit) [[likely]]
            continue;
        do {
            n = quotient;
            factors.push_back(oddPrimes[i].prime);
            quotient = n * oddPrimes[i].inverse;
        } while (quotient <= oddPrimes[i].limit);
        if (n >> 32 == 0)
            return i + 1;
    }
    return oddPrimes.size();
}

void divideByTable(std::uint32_t &n, const std::uint8_t *table, WordPrimes &factors)
{
    for (std::uint8_t place; n > 1 && (place = table[n / 2]) != isPrimeMark;) {
        n *= static_cast<std::uint32_t>(oddPrimes[place].inverse);
        factors.push_back(oddPrimes[place].prime);
    }
}

// n: odd, without prime factors before the one at `first`. All of its factors are appended.
void divideShortWord(std::uint32_t n, std::size_t first, WordPrimes &factors)
{
    constexpr std::uint32_t fewGroups = 1U << 24; // below, trying all primes takes no longer than to test for one
    const auto *const table = smallestFactors.load(std::memory_order_acquire);
    const std::vector<PrimeGroup> &groups = primeGroups();
    const PrimeGroup *const few = groups.data() + oddPrimes.size() / group, *const all = groups.data() + groups.size();
    const PrimeGroup *end = few;
    for (const PrimeGroup *at = groups.data() + first / group;;) {
        if (table && n < tableEnd)
            divideByTable(n, table, factors);
        if (n == 1)
            return;
        at = search(n, at, end);
        if (at == end && end == few) {
            if (n >= fewGroups && isPrimeWord(std::uint64_t{n}))
                break;
            end = all;
            continue;
        }
        if (at == end || n < at->prime[0] * at->prime[0])
            break;
        for (std::size_t j = 0; j < group; ++j) {
            for (std::uint32_t quotient; (quotient = n * at->inverse[j]) <= at->limit[j];) {
                n = quotient;
                factors.push_back(at->prime[j]);
            }
        }
    }
    factors.push_back(n);
}

} // namespace

void divideSmallPrimes(std::uint64_t &n, WordPrimes &factors)
{
    const unsigned twos = trailingZeros(n);
    for (unsigned i = 0; i < twos; ++i)
        factors.push_back(2);
    n >>= twos;
    if (n == 1)
        return;
    const std::size_t first = n >> 32 == 0 ? 0 : divideLongWord(n, factors);
    if (n >> 32 == 0) {
        divideShortWord(static_cast<std::uint32_t>(n), first, factors);
        n = 1;
    }
}

void makeSmallestFactors()
{
    static const std::vector<std::uint8_t> table = smallestFactorsOfOdd();
    smallestFactors.store(table.data(), std::memory_order_release);
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
