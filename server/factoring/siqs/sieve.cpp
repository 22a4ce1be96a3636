// SPDX-License-Identifier: GPL-3.0-or-later
// Roots from one polynomial to the next, a batch of them into the buckets, then block after block.
#include "server/factoring/siqs/sieve.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace openloop::factoring::siqs {

namespace {

void appendWords(const mpz_class &value, unsigned words, std::vector<std::uint32_t> &to)
{
    std::array<std::uint32_t, SetupJob::maxWords + 2> raw{};
    mpz_export(raw.data(), nullptr, -1, sizeof raw[0], 0, 32 - SetupJob::wordBits, value.get_mpz_t());
    to.insert(to.end(), raw.begin(), raw.begin() + words);
}

} // namespace

Sieve::Sieve(const FactorBase &base, const Parameters &parameters, const Kernels &kernels, std::uint8_t start)
    : m_base(base), m_parameters(parameters), m_kernels(kernels), m_start(start), m_root1(base.padded),
      m_root2(base.padded), m_medium(base, parameters.span, kernels), m_buckets(base, parameters, kernels),
      m_found(base.size() + 2 * FactorBase::padding)
{
}

void Sieve::begin(const Leading &leading)
{
    const unsigned parts = unsigned(leading.parts.size());
    const unsigned words = unsigned(mpz_sizeinbase(leading.a.get_mpz_t(), 2) + 1) / SetupJob::wordBits + 1;
    m_words.clear();
    appendWords(leading.a, words, m_words);
    for (const mpz_class &part : leading.parts)
        appendWords(part, words, m_words);
    m_delta.resize(parts * m_base.padded);

    SetupJob job;
    job.words = words;
    job.a = m_words.data();
    job.parts = m_words.data() + words;
    job.partCount = parts;
    job.offset = m_parameters.length() / 2;
    job.deltaStride = m_base.padded;
    const auto run = [&](std::size_t from, std::size_t count, std::uint32_t largest) {
        job.modulus = m_base.modulus.data() + from;
        job.negatedInverse = m_base.negatedInverse.data() + from;
        job.rSquared = m_base.rSquared.data() + from;
        job.rootOfN = m_base.rootOfN.data() + from;
        job.count = count;
        job.exponentBits = unsigned(std::bit_width(largest));
        job.delta = m_delta.data() + from;
        job.root1 = m_root1.data() + from;
        job.root2 = m_root2.data() + from;
        m_kernels.setup(job);
    };
    run(0, m_base.mediumPadded, m_base.prime[m_base.mediumCount + 1]);
    for (std::size_t i = 0; i < m_base.slices.size(); ++i) {
        const Slice &slice = m_base.slices[i];
        const std::size_t end = m_base.sliceEnd(i);
        run(slice.start, end - slice.start, m_base.modulus[slice.start + slice.count - 1]);
        for (std::size_t j = slice.start + slice.count; j < end; ++j) {
            m_root1[j] = m_root2[j] = m_base.modulus[j] - 1;
            for (unsigned part = 0; part < parts; ++part)
                m_delta[part * m_base.padded + j] = 0;
        }
    }

    m_medium.begin(leading, m_root1.data(), m_root2.data(), m_delta.data(), m_base.padded);
    m_polynomials = leading.polynomials();
    m_filled = 0;
    m_started = 0;
}

unsigned Sieve::fillBatch()
{
    const std::uint32_t left = m_polynomials - m_filled;
    const bool large = !m_base.slices.empty();
    const unsigned count = std::min<std::uint32_t>(large ? FillJob::maxPolynomials : 1, left);
    if (large && count > 0)
        m_buckets.fill(m_filled, count, m_polynomials, m_root1.data(), m_root2.data(), m_delta.data());
    m_batchStart = m_filled;
    m_filled += count;
    return count;
}

void Sieve::startPolynomial()
{
    m_medium.startPolynomial(m_started);
    m_inBatch = m_started - m_batchStart;
    ++m_started;
}

std::span<const std::uint16_t> Sieve::sieveBlock(unsigned block)
{
    m_blockNumber = block;
    std::memset(m_block.data(), m_start, m_parameters.span);
    m_medium.strikeAll(m_block.data());
    if (!m_base.slices.empty())
        m_buckets.apply(m_inBatch, block, m_block.data());
    return {m_candidates.data(), m_kernels.scan(m_block.data(), m_parameters.span, m_candidates.data())};
}

std::span<const std::uint32_t> Sieve::smallDivisors(std::uint16_t location)
{
    return {m_found.data(), m_medium.smallDivisors(location, m_found.data())};
}

std::span<const std::uint32_t> Sieve::sievedDivisors(std::uint16_t location)
{
    unsigned found = m_medium.sievedDivisors(location, m_found.data());
    if (!m_base.slices.empty())
        found += m_buckets.divisors(m_inBatch, m_blockNumber, location, m_found.data() + found);
    return {m_found.data(), found};
}

} // namespace openloop::factoring::siqs
