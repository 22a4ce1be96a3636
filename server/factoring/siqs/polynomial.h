// SPDX-License-Identifier: GPL-3.0-or-later
// The polynomials: which A, which B go with it, and the order they come in.
#pragma once

#include "server/factoring/siqs/factor_base.h"

#include <gmpxx.h>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <vector>

namespace openloop::factoring::siqs {

/// One leading coefficient A, a product of factor-base primes, and the parts of its 2^(s-1) B.
/// Values are A x^2 + B x + C with B odd and B^2 - 4 A C = kn, for kn = 1 mod 8:
/// (2 A x + B)^2 = kn + 4 A (A x^2 + B x + C). Contini 1997, with the form of Silverman 1987.
struct Leading {
    mpz_class a;
    std::vector<std::uint32_t> factors; ///< factor-base indices, ascending
    std::vector<mpz_class> parts; ///< B is the sum of +-parts; the last one never changes its sign

    std::uint32_t polynomials() const { return 1U << (factors.size() - 1); }
    mpz_class firstB() const;
};

/// How polynomial number `to` (1 <= to) follows from the one before it, in Gray-code order.
struct Step {
    unsigned part = 0; ///< B changes by twice this part
    bool down = false; ///< B becomes smaller, its roots larger
};
Step stepTo(std::uint32_t to);

/// Draws leading coefficients near the best size, each once. Any thread: it locks.
class LeadingSource
{
public:
    LeadingSource(const mpz_class &kn, const FactorBase &base, const Parameters &parameters);

    /// Nothing when no new one can be found any more (only for very small numbers).
    std::optional<Leading> next();

private:
    std::optional<std::vector<std::uint32_t>> draw();
    std::optional<std::uint32_t> lastFactor(const std::vector<std::uint32_t> &chosen, double missing) const;
    Leading complete(std::vector<std::uint32_t> factors) const;
    void choosePool(unsigned preferred);

    const mpz_class m_kn;
    const FactorBase &m_base;
    std::mutex m_mutex;
    std::mt19937 m_random{20231}; // fixed: runs can be repeated
    double m_targetLog = 0; ///< natural logarithm of the best A
    unsigned m_count = 0; ///< primes in an A
    std::vector<std::uint32_t> m_pool; ///< factor-base indices
    std::set<std::vector<std::uint32_t>> m_used;
};

} // namespace openloop::factoring::siqs
