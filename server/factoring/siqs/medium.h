// SPDX-License-Identifier: GPL-3.0-or-later
// Primes below the size of a block: they hit every block, so each block is struck by all of them directly.
#pragma once

#include "server/factoring/siqs/factor_base.h"
#include "server/factoring/siqs/kernels/kernels.h"
#include "server/factoring/siqs/polynomial.h"

#include <vector>

namespace openloop::factoring::siqs {

class MediumPrimes
{
public:
    /// span: bytes of a block, at most blockSize.
    MediumPrimes(const FactorBase &base, std::uint32_t span, const Kernels &kernels);

    /// Roots and deltas of a new leading coefficient: rows of `stride`, as the setup kernel leaves them.
    void begin(const Leading &leading, const std::uint32_t *root1, const std::uint32_t *root2,
               const std::uint32_t *delta, std::size_t stride);

    /// Roots of polynomial `number` of this leading coefficient; they come in order from 0.
    void startPolynomial(std::uint32_t number);

    /// Subtracts the logarithms of all but the smallest primes from the next block: blockSize bytes, and one behind
    /// them for hits that miss it.
    void strikeAll(std::uint8_t *block);

    /// Factor-base indices of the primes not sieved, then of the sieved ones, that divide the value at a
    /// place of the last block. May name a divisor of A wrongly. `to` has room for all medium primes, padding
    /// included.
    unsigned smallDivisors(std::uint16_t location, std::uint32_t *to) const;
    unsigned sievedDivisors(std::uint16_t location, std::uint32_t *to) const;

private:
    struct Group { ///< primes that hit a block `hits` times for certain, and perhaps once more
        std::size_t begin = 0, end = 0;
        unsigned hits = 0; ///< `often`: more than there is a loop for
    };

    void makeGroups();
    void passSmall();
    template <auto strikeOne>
    void strike(std::uint8_t *block, std::size_t begin, std::size_t end);
    template <unsigned hits>
    void strikeLanes(std::uint8_t *block, const Group &group);
    MatchJob matchJob(std::uint16_t location) const;

    const FactorBase &m_base;
    const std::uint32_t m_span;
    const Kernels &m_kernels;
    const std::size_t m_count; ///< padded
    std::vector<std::uint16_t> m_modulus, m_reciprocal, m_shift, m_delta;
    std::vector<std::uint16_t> m_root1, m_root2; ///< at the start of the interval
    std::vector<std::uint16_t> m_work1, m_work2; ///< at the start of the next block
    std::vector<std::uint8_t> m_log;
    std::vector<Group> m_groups;
};

} // namespace openloop::factoring::siqs
