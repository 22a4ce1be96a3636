// SPDX-License-Identifier: GPL-3.0-or-later
// One thread's sieve: the roots of one leading coefficient, the buckets, and the block in the first-level
// cache.
#pragma once

#include "server/factoring/siqs/buckets.h"
#include "server/factoring/siqs/factor_base.h"
#include "server/factoring/siqs/kernels/kernels.h"
#include "server/factoring/siqs/medium.h"
#include "server/factoring/siqs/polynomial.h"

#include <array>
#include <span>
#include <vector>

namespace openloop::factoring::siqs {

/// Use: begin(A); then for every batch fillBatch(), and within it for every polynomial and block, in order,
/// startPolynomial() and sieveBlock(). Memory: some 40 bytes per prime and A factor, and the buckets.
class Sieve
{
public:
    /// start: what a byte begins with; it goes below zero when the primes found exceed that many
    /// bits, 1..127.
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
    int foundBits(std::uint16_t location) const { return int(m_start) - int(std::int8_t(m_block[location])); }

    /// Factor-base indices of the primes not sieved that divide the value at a place of the last block; then
    /// of the sieved ones. May name a divisor of A wrongly. Valid until the next call.
    std::span<const std::uint32_t> smallDivisors(std::uint16_t location);
    std::span<const std::uint32_t> sievedDivisors(std::uint16_t location);

private:
    const FactorBase &m_base;
    const Parameters m_parameters;
    const Kernels &m_kernels;
    const std::uint8_t m_start;

    alignas(64) std::array<std::uint8_t, blockSize + 1> m_block; ///< the last byte takes hits that miss the block
    std::array<std::uint16_t, blockSize> m_candidates;
    unsigned m_blockNumber = 0;

    std::vector<std::uint32_t> m_words; ///< of A and the parts of B
    std::vector<std::uint32_t> m_delta; ///< a row for each part, over all primes
    std::vector<std::uint32_t> m_root1, m_root2; ///< over all primes; of the batch to come
    MediumPrimes m_medium;
    Buckets m_buckets;
    std::vector<std::uint32_t> m_found;

    std::uint32_t m_polynomials = 0; ///< of this A
    std::uint32_t m_filled = 0; ///< polynomials whose buckets have been filled
    std::uint32_t m_batchStart = 0;
    std::uint32_t m_started = 0; ///< polynomials started
    unsigned m_inBatch = 0; ///< number of the current polynomial in its batch
};

} // namespace openloop::factoring::siqs
