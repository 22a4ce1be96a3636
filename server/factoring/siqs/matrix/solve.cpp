// SPDX-License-Identifier: GPL-3.0-or-later
// Both sides of the congruence for one kernel vector after another, until one splits n.
#include "server/factoring/siqs/matrix/solve.h"

#include "server/factoring/arithmetic/word.h"
#include "server/factoring/siqs/matrix/filter.h"

#include <algorithm>

namespace openloop::factoring::siqs {

namespace {

constexpr unsigned largestDependencyCount = 64;
constexpr std::size_t mostDensePrimes = 1500;

std::uint32_t crowdedRows(std::size_t factorBaseSize)
{
    // About every fiftieth prime is in so many relations that it is better kept as a bit in each of them; a small
    // matrix is dense from the start.
    if (factorBaseSize <= mostDensePrimes)
        return std::uint32_t(factorBaseSize);
    return std::uint32_t(std::max<std::size_t>(64, factorBaseSize / 50)) / 64 * 64;
}

/// Both sides of the congruence of squares, built one relation at a time.
class SquareRoot
{
public:
    SquareRoot(const mpz_class &n, const FactorBase &base) : m_n(n), m_base(base), m_exponent(base.size()) { }

    void multiply(const Relation &relation)
    {
        mpz_import(m_factor.get_mpz_t(), relation.x.size(), -1, sizeof relation.x[0], 0, 0, relation.x.data());
        m_x *= m_factor;
        m_x %= m_n;
        for (const std::uint32_t factor : relation.factors)
            ++m_exponent[factor];
        for (const std::uint32_t prime : relation.large) {
            if (prime > 1)
                m_large.push_back(prime);
        }
        ++m_count;
    }

    /// A proper divisor of n, or 1; also when stopped.
    mpz_class divisor(const Stop &stop)
    {
        mpz_class y;
        const mpz_class two = 2;
        mpz_powm_ui(y.get_mpz_t(), two.get_mpz_t(), m_count, m_n.get_mpz_t());
        // As many factors as a word holds before each reduction: a few exponents are long, most are 0 or 1.
        std::uint64_t word = 1;
        for (std::size_t i = 1; i < m_exponent.size(); ++i) {
            if (i % 256 == 0 && stop.requested())
                return 1;
            const std::uint64_t prime = m_base.prime[i];
            for (std::uint32_t times = m_exponent[i] / 2; times > 0; --times) {
                if (word > ~std::uint64_t{0} / prime) {
                    y = y * toMpz(word) % m_n;
                    word = 1;
                }
                word *= prime;
            }
        }
        y = y * toMpz(word) % m_n;
        std::ranges::sort(m_large);
        for (std::size_t i = 0; i + 1 < m_large.size(); i += 2)
            y = y * m_large[i] % m_n;
        const mpz_class found = gcd(m_x - y, m_n);
        return found == m_n ? mpz_class(1) : found;
    }

private:
    const mpz_class &m_n;
    const FactorBase &m_base;
    mpz_class m_x = 1;
    mpz_class m_factor; ///< keeps its memory
    std::vector<std::uint32_t> m_exponent;
    std::vector<std::uint32_t> m_large;
    unsigned long m_count = 0;
};

} // namespace

Solution solve(const mpz_class &n, const FactorBase &base, const RelationStore &store, const Kernels &kernels,
               const Stop &stop, const std::function<void(Phase, double)> &progress)
{
    Solution solution{1, false};
    progress(Phase::Filtering, 0);
    auto matrix = filter(store, std::uint32_t(base.size()), stop);
    if (!matrix) {
        solution.stopped = true;
        return solution;
    }
    progress(Phase::LinearAlgebra, 0);
    const auto kernel = kernelOf(std::move(matrix->columns), crowdedRows(base.size()), matrix->rowCount, kernels, stop,
                                 [&](double fraction) { progress(Phase::LinearAlgebra, fraction); });
    if (!kernel) {
        solution.stopped = true;
        return solution;
    }

    Relation relation;
    for (unsigned bit = 0; bit < largestDependencyCount; ++bit) {
        progress(Phase::SquareRoot, double(bit) / largestDependencyCount);
        SquareRoot root(n, base);
        bool any = false;
        for (std::size_t i = 0; i < kernel->size(); ++i) {
            if (i % 4096 == 0 && stop.requested()) {
                solution.stopped = true;
                return solution;
            }
            if (((*kernel)[i] >> bit & 1U) == 0)
                continue;
            any = true;
            store.read(matrix->relations[i], relation);
            root.multiply(relation);
        }
        if (!any)
            break;
        solution.divisor = root.divisor(stop);
        if (solution.divisor > 1)
            return solution;
    }
    return solution;
}

} // namespace openloop::factoring::siqs
