// SPDX-License-Identifier: GPL-3.0-or-later
// Fills the buckets polynomial by polynomial through the kernels, strikes from them, and finds who hit a place.
#include "server/factoring/siqs/buckets.h"

#include "server/factoring/siqs/polynomial.h"

#include <algorithm>
#include <cmath>

namespace openloop::factoring::siqs {

Buckets::Buckets(const FactorBase &base, const Parameters &parameters, const Kernels &kernels)
    : m_base(base), m_blocks(parameters.blocks), m_kernels(kernels)
{
    if (base.slices.empty())
        return;
    double expected = 0;
    for (const Slice &slice : base.slices) {
        for (std::size_t i = 0; i < slice.count; ++i)
            expected += 2.0 * blockSize / base.modulus[slice.start + i];
    }
    const auto usual = std::size_t(expected * 1.06 + 8 * std::sqrt(expected));
    m_capacity = (usual + 2 * FillJob::room) & ~std::size_t(15);
    const std::size_t count = FillJob::maxPolynomials * m_blocks;
    m_entries.resize(count * m_capacity);
    m_cursor.resize(count);
    m_limit.resize(count);
    m_ends.resize(count * base.slices.size());
    for (std::size_t i = 0; i < count; ++i)
        m_limit[i] = m_entries.data() + (i + 1) * m_capacity - FillJob::room;
}

void Buckets::fill(std::uint32_t first, unsigned count, std::uint32_t all, std::uint32_t *root1, std::uint32_t *root2,
                   const std::uint32_t *delta)
{
    const std::size_t buckets = count * m_blocks;
    for (std::size_t i = 0; i < buckets; ++i)
        m_cursor[i] = m_entries.data() + i * m_capacity;
    FillJob job;
    job.blocks = m_blocks;
    job.polynomials = count;
    job.cursor = m_cursor.data();
    job.limit = m_limit.data();
    for (std::size_t i = 0; i < m_base.slices.size(); ++i) {
        const std::size_t start = m_base.slices[i].start;
        job.modulus = m_base.modulus.data() + start;
        job.root1 = root1 + start;
        job.root2 = root2 + start;
        job.count = m_base.sliceEnd(i) - start;
        for (unsigned j = 0; j < count; ++j) {
            const std::uint32_t to = first + j + 1;
            job.moves[j] = {};
            if (to == all)
                continue;
            const Step step = stepTo(to);
            job.moves[j] = {delta + step.part * m_base.padded + start, step.down};
        }
        m_kernels.fill(job);
        std::copy_n(m_cursor.begin(), buckets, m_ends.begin() + std::ptrdiff_t(i * m_cursor.size()));
    }
}

void Buckets::apply(unsigned polynomial, unsigned number, std::uint8_t *block) const
{
    const std::size_t bucket = polynomial * m_blocks + number;
    constexpr std::uint32_t mask = blockSize - 1;
    const std::uint32_t *at = start(bucket);
    for (std::size_t slice = 0; slice < m_base.slices.size(); ++slice) {
        const std::uint32_t *const last = end(slice, bucket);
        const std::uint8_t log = m_base.slices[slice].log;
        const auto hit = [&](std::uint32_t entry) { block[entry & mask] = std::uint8_t(block[entry & mask] - log); };
        for (; last - at >= 4; at += 4) {
            hit(at[0]);
            hit(at[1]);
            hit(at[2]);
            hit(at[3]);
        }
        for (; at != last; ++at)
            hit(*at);
    }
}

unsigned Buckets::divisors(unsigned polynomial, unsigned number, std::uint16_t location, std::uint32_t *to) const
{
    const std::size_t bucket = polynomial * m_blocks + number;
    const std::uint32_t *at = start(bucket);
    unsigned found = 0;
    for (std::size_t slice = 0; slice < m_base.slices.size(); ++slice) {
        const std::uint32_t *const last = end(slice, bucket);
        const unsigned more = m_kernels.matchBucket(at, std::size_t(last - at), location, to + found);
        for (unsigned i = 0; i < more; ++i)
            to[found++] += m_base.slices[slice].index;
        at = last;
    }
    return found;
}

} // namespace openloop::factoring::siqs
