// SPDX-License-Identifier: GPL-3.0-or-later
// One thread's sieve: the roots of one leading coefficient, the buckets, and the block in the first-level cache.
#pragma once

#include "server/factoring/siqs_factor_base.h"
#include "server/factoring/siqs_kernels.h"
#include "server/factoring/siqs_polynomial.h"

#include <array>
#include <memory>
#include <span>
#include <vector>

namespace openloop::factoring::siqs {

/// Use: begin(A); then for every batch fillBatch(), and within it for every polynomial and block, in order,
/// startPolynomial() and sieveBlock(). Memory: some 40 bytes per prime and A factor, and the buckets.
class Sieve
{
public:
    /// start: what a byte begins with; it goes below zero when the primes found exceed that many bits, 1..127.
    Sieve(const FactorBase &base, const Parameters &parameters, const Kernels &kernels, std::uint8_t start);

    /// Roots for the first polynomial of A.
    void begin(const Leading &leading);

    /// Large-prime hits of the next polynomials, as many as said; 0 when A is used up.
    unsigned fillBatch();

    /// Medium roots of the next polynomial; its number within the batch counts from 0.
    void startPolynomial();

    /// Sieves block number `block` of the current polynomial: blocks come in order from 0.
    /// Places in the block whose value is likely to be smooth.
    std::span<const std::uint16_t> sieveBlock(unsigned block);

    /// Bits of the primes found at a place of the last block.
    int foundBits(std::uint16_t location) const
    {
        return int(m_start) - int(std::int8_t(m_block[location]));
    }

    /// Factor-base indices of the primes not sieved that divide the value at a place of the last block; then of the
    /// sieved ones. May name a divisor of A wrongly. Valid until the next call.
    std::span<const std::uint32_t> smallDivisors(std::uint16_t location);
    std::span<const std::uint32_t> sievedDivisors(std::uint16_t location);

private:
    struct Group { ///< medium primes that hit a block `hits` times for certain, and perhaps once more
        std::size_t begin = 0, end = 0;
        unsigned hits = 0;
    };

    void makeGroups();
    void makeBuckets();
    void sieveMedium();
    void applyBuckets(unsigned block);
    template <unsigned hits>
    void strike(std::size_t begin, std::size_t end);
    void strikeOften(std::size_t begin, std::size_t end);
    MatchJob matchJob(std::uint16_t location) const;

    const FactorBase &m_base;
    const Parameters m_parameters;
    const Kernels &m_kernels;
    const std::uint8_t m_start;
    const std::size_t m_medium; ///< padded count

    std::unique_ptr<std::uint8_t[]> m_memory;
    std::uint8_t *m_block = nullptr;
    std::array<std::uint16_t, blockSize> m_candidates;
    std::vector<std::uint32_t> m_found;
    unsigned m_blockNumber = 0;

    std::vector<std::uint16_t> m_modulus, m_reciprocal, m_shift, m_root1, m_root2, m_work1, m_work2, m_mediumDelta;
    std::vector<std::uint8_t> m_log;
    std::vector<Group> m_groups;

    std::vector<std::uint32_t> m_delta; ///< rows of one part each, over all primes
    std::vector<std::uint32_t> m_largeRoot1, m_largeRoot2; ///< over all primes; used from the first slice on
    std::vector<std::uint32_t> m_words;

    std::uint32_t m_polynomials = 0; ///< of this A
    std::uint32_t m_filled = 0; ///< polynomials whose buckets have been filled
    std::uint32_t m_batchStart = 0;
    std::uint32_t m_current = 0; ///< polynomials started
    unsigned m_inBatch = 0;

    std::size_t m_capacity = 0; ///< entries per bucket
    std::vector<std::uint32_t> m_buckets;
    std::vector<std::uint32_t *> m_cursor, m_limit;
    std::vector<std::uint32_t *> m_ends; ///< slice, polynomial, block
};

} // namespace openloop::factoring::siqs
