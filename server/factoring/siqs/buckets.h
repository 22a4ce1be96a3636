// SPDX-License-Identifier: GPL-3.0-or-later
// Primes above the size of a block: their hits are sorted by polynomial and block before any block is sieved.
#pragma once

#include "server/factoring/siqs/factor_base.h"
#include "server/factoring/siqs/kernels/kernels.h"

#include <vector>

namespace openloop::factoring::siqs {

/// Memory: 4 bytes for each hit of FillJob::maxPolynomials polynomials.
class Buckets
{
public:
    Buckets(const FactorBase &base, const Parameters &parameters, const Kernels &kernels);

    /// Hits of polynomials first, first + 1, ... of a leading coefficient that has `all`; moves the roots on.
    /// Roots and rows of deltas cover all primes of the base.
    void fill(std::uint32_t first, unsigned count, std::uint32_t all, std::uint32_t *root1, std::uint32_t *root2,
              const std::uint32_t *delta);

    /// Subtracts the logarithms from a block of a polynomial of the batch.
    void apply(unsigned polynomial, unsigned number, std::uint8_t *block) const;

    /// Factor-base indices of the primes that hit a place. `to` has room for all large primes.
    unsigned divisors(unsigned polynomial, unsigned number, std::uint16_t location, std::uint32_t *to) const;

private:
    const std::uint32_t *start(std::size_t bucket) const { return m_entries.data() + bucket * m_capacity; }
    const std::uint32_t *end(std::size_t slice, std::size_t bucket) const
    {
        return m_ends[slice * m_cursor.size() + bucket];
    }

    const FactorBase &m_base;
    const unsigned m_blocks;
    const Kernels &m_kernels;
    std::size_t m_capacity = 0; ///< entries per bucket
    std::vector<std::uint32_t> m_entries;
    std::vector<std::uint32_t *> m_cursor, m_limit; ///< by polynomial and block
    std::vector<std::uint32_t *> m_ends; ///< the same for each slice
};

} // namespace openloop::factoring::siqs
