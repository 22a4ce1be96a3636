// SPDX-License-Identifier: GPL-3.0-or-later
// V_0 = 2, V_1 = A, V_(i+j) = V_i V_j - V_(i-j): with e a multiple of p - 1 or p + 1, as A decides, V_e = 2 modulo p.
#include "server/factoring/small/smooth_neighbours.h"

#include "server/factoring/arithmetic/word.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace openloop::factoring {

namespace {

constexpr unsigned giantStep = 2310; // any prime above 11 is a multiple of it, plus or minus a baby step prime to it
constexpr unsigned primesPerGcd = 4096;

struct Seed {
    unsigned numerator;
    unsigned denominator;
};

// 10/3 = 3 + 1/3 is for p - 1; 2/7 for p + 1 where p = 2 modulo 3, and 6/5 where p = 3 modulo 4: there the smooth
// number has a factor for nothing.
constexpr Seed seeds[] = {{10, 3}, {2, 7}, {6, 5}};

/// Ascending primes, a window of odd numbers at a time.
class PrimesInOrder
{
public:
    explicit PrimesInOrder(unsigned bound)
    {
        const auto root = static_cast<unsigned>(std::sqrt(double(bound))) + 1;
        std::vector<bool> composite(root + 1);
        for (unsigned i = 3; i <= root; i += 2) {
            if (composite[i])
                continue;
            m_base.push_back(i);
            for (unsigned j = i * i; j <= root; j += 2 * i)
                composite[j] = true;
        }
    }

    unsigned next()
    {
        for (;;) {
            while (m_at < m_composite.size()) {
                const std::size_t at = m_at++;
                if (!m_composite[at])
                    return m_from + 2 * static_cast<unsigned>(at);
            }
            m_from += 2 * static_cast<unsigned>(m_composite.size());
            strike();
        }
    }

private:
    static constexpr unsigned window = 1U << 16;

    void strike()
    {
        m_composite.assign(window, false);
        m_at = 0;
        for (const unsigned prime : m_base) {
            unsigned multiple = std::max(prime * prime, (m_from + prime - 1) / prime * prime);
            multiple += multiple % 2 == 0 ? prime : 0;
            for (std::size_t at = (multiple - m_from) / 2; at < window; at += prime)
                m_composite[at] = true;
        }
    }

    std::vector<unsigned> m_base; ///< odd
    std::vector<bool> m_composite; ///< m_from and the odd numbers after it
    unsigned m_from = 3;
    std::size_t m_at = 0;
};

/// One sequence modulo n.
class Lucas
{
public:
    explicit Lucas(const mpz_class &n) : m_n(n) { }

    /// a * b - c
    mpz_class step(const mpz_class &a, const mpz_class &b, const mpz_class &c) const
    {
        mpz_class result = a * b;
        result -= c;
        mpz_mod(result.get_mpz_t(), result.get_mpz_t(), m_n.get_mpz_t());
        return result;
    }

    /// V_index of the sequence that has v as V_1; index: 1 or more.
    mpz_class at(const mpz_class &v, std::uint64_t index) const
    {
        mpz_class low = v, high = step(v, v, m_two);
        for (int bit = static_cast<int>(std::bit_width(index)) - 2; bit >= 0; --bit) {
            mpz_class between = step(low, high, v);
            if ((index >> bit) & 1) {
                low = std::move(between);
                high = step(high, high, m_two);
            } else {
                high = std::move(between);
                low = step(low, low, m_two);
            }
        }
        return low;
    }

    std::optional<mpz_class> divisor(const mpz_class &x) const
    {
        mpz_class divisor = gcd(x, m_n);
        if (divisor == 1 || divisor == m_n)
            return std::nullopt;
        return divisor;
    }

private:
    const mpz_class &m_n;
    const mpz_class m_two = 2;
};

unsigned powerBelow(unsigned prime, unsigned bound)
{
    unsigned power = prime;
    while (power <= bound / prime)
        power *= prime;
    return power;
}

// V_e, e: the product of all prime powers up to the bound. Leaves `primes` behind the bound, and its first one in
// `prime`.
mpz_class firstStage(const Lucas &lucas, mpz_class v, unsigned bound, PrimesInOrder &primes, unsigned &prime,
                     const Stop &stop, const std::function<void()> &atWork)
{
    std::uint64_t index = powerBelow(2, bound);
    for (prime = primes.next(); prime <= bound && !stop.requested(); prime = primes.next()) {
        const std::uint64_t power = powerBelow(prime, bound);
        if (index > ~std::uint64_t{0} / power) {
            v = lucas.at(v, index);
            index = 1;
            atWork();
        }
        index *= power;
    }
    return lucas.at(v, index);
}

// For each prime q = k giantStep +- j: V_(k giantStep) = V_j modulo p if V_q = 2.
std::optional<mpz_class> secondStage(const Lucas &lucas, const mpz_class &v, unsigned bound, PrimesInOrder &primes,
                                     unsigned prime, const Stop &stop, const std::function<void()> &atWork)
{
    std::vector<mpz_class> babies{lucas.at(v, 1), lucas.at(v, 3)}; // V_1, V_3, ...
    const mpz_class second = lucas.at(v, 2);
    while (2 * babies.size() < giantStep / 2 && !stop.requested())
        babies.push_back(lucas.step(babies.back(), second, babies[babies.size() - 2]));
    const mpz_class stride = lucas.at(v, giantStep);
    unsigned giant = (prime + giantStep / 2) / giantStep;
    mpz_class before = giant > 1 ? lucas.at(stride, giant - 1) : mpz_class(2);
    mpz_class here = lucas.at(stride, giant);
    mpz_class product = 1;
    for (unsigned done = 1; prime <= bound && !stop.requested(); prime = primes.next(), ++done) {
        for (; prime > giant * giantStep + giantStep / 2; ++giant) {
            mpz_class next = lucas.step(here, stride, before);
            before = std::exchange(here, std::move(next));
        }
        const unsigned middle = giant * giantStep;
        const unsigned baby = prime > middle ? prime - middle : middle - prime;
        product = lucas.step(product, here - babies[baby / 2], 0);
        if (done % primesPerGcd == 0) {
            atWork();
            if (auto divisor = lucas.divisor(product))
                return divisor;
        }
    }
    return lucas.divisor(product);
}

std::optional<mpz_class> divisorFromSeed(const mpz_class &n, const Seed &seed, unsigned bound1, const Stop &stop,
                                         const std::function<void()> &atWork)
{
    const unsigned bound2 = largestOverBound * bound1;
    const Lucas lucas(n);
    PrimesInOrder primes(bound2 + 1000);
    mpz_class start;
    mpz_invert(start.get_mpz_t(), mpz_class(seed.denominator).get_mpz_t(), n.get_mpz_t());
    start = start * seed.numerator % n;
    unsigned prime = 0;
    const mpz_class v = firstStage(lucas, start, bound1, primes, prime, stop, atWork);
    if (stop.requested())
        return std::nullopt;
    if (auto divisor = lucas.divisor(v - 2))
        return divisor;
    return secondStage(lucas, v, bound2, primes, prime, stop, atWork);
}

} // namespace

std::optional<mpz_class> divisorBySmoothNeighbours(const mpz_class &n, unsigned bound1, const Stop &stop,
                                                   const std::function<void()> &atWork)
{
    for (const Seed &seed : seeds) {
        if (auto divisor = divisorFromSeed(n, seed, bound1, stop, atWork))
            return divisor;
    }
    return std::nullopt;
}

} // namespace openloop::factoring
