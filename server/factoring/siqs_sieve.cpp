// SPDX-License-Identifier: GPL-3.0-or-later
// See siqs_sieve.h.
#include "server/factoring/siqs_sieve.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

namespace openloop::factoring::siqs {

namespace {

constexpr unsigned mostFixedHits = 16;

void appendWords(const mpz_class &value, unsigned words, std::vector<std::uint32_t> &to)
{
    std::array<std::uint32_t, SetupJob::maxWords + 2> raw{};
    mpz_export(raw.data(), nullptr, -1, sizeof raw[0], 0, 32 - SetupJob::wordBits, value.get_mpz_t());
    to.insert(to.end(), raw.begin(), raw.begin() + words);
}

} // namespace

Sieve::Sieve(const FactorBase &base, const Parameters &parameters, const Kernels &kernels, std::uint8_t start)
    : m_base(base), m_parameters(parameters), m_kernels(kernels), m_start(start), m_medium(base.mediumPadded),
      m_memory(new std::uint8_t[blockSize + 64]), m_modulus(m_medium), m_reciprocal(m_medium), m_shift(m_medium),
      m_root1(m_medium), m_root2(m_medium), m_work1(m_medium), m_work2(m_medium), m_log(m_medium),
      m_largeRoot1(base.padded), m_largeRoot2(base.padded)
{
    m_block = m_memory.get() + (64 - reinterpret_cast<std::uintptr_t>(m_memory.get()) % 64) % 64;
    for (std::size_t i = 0; i < m_medium; ++i) {
        // Padding: any odd modulus does, its matches are ignored.
        const std::uint32_t p = i < base.mediumCount ? base.modulus[i] : 32749;
        m_modulus[i] = std::uint16_t(p);
        m_reciprocal[i] = std::uint16_t(65536 / p);
        m_shift[i] = std::uint16_t(blockSize % p);
    }
    m_found.resize(base.size() + 64);
    makeGroups();
    makeBuckets();
}

void Sieve::makeGroups()
{
    for (std::size_t i = m_base.smallCount; i < m_base.mediumCount; ++i) {
        unsigned hits = blockSize / m_base.modulus[i];
        if (hits > mostFixedHits)
            hits = 0;
        if (m_groups.empty() || m_groups.back().hits != hits)
            m_groups.push_back({i, i, hits});
        m_groups.back().end = i + 1;
    }
}

void Sieve::makeBuckets()
{
    if (m_base.slices.empty())
        return;
    double expected = 0;
    for (const Slice &slice : m_base.slices) {
        for (std::size_t i = 0; i < slice.count; ++i)
            expected += 2.0 * blockSize / m_base.modulus[slice.start + i];
    }
    const std::size_t usual = std::size_t(expected * 1.06 + 8 * std::sqrt(expected));
    m_capacity = (usual + 2 * FillJob::room) & ~std::size_t(15);
    const std::size_t count = FillJob::maxPolynomials * m_parameters.blocks;
    m_buckets.resize(count * m_capacity);
    m_cursor.resize(count);
    m_limit.resize(count);
    m_ends.resize(count * m_base.slices.size());
    for (std::size_t i = 0; i < count; ++i)
        m_limit[i] = m_buckets.data() + (i + 1) * m_capacity - FillJob::room;
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
    job.offset = m_parameters.blocks * (blockSize / 2);
    job.deltaStride = m_base.padded;
    const auto run = [&](std::size_t from, std::size_t count, std::uint32_t largest) {
        job.modulus = m_base.modulus.data() + from;
        job.negatedInverse = m_base.negatedInverse.data() + from;
        job.rSquared = m_base.rSquared.data() + from;
        job.rootOfN = m_base.rootOfN.data() + from;
        job.count = count;
        job.exponentBits = unsigned(std::bit_width(largest));
        job.delta = m_delta.data() + from;
        job.root1 = m_largeRoot1.data() + from;
        job.root2 = m_largeRoot2.data() + from;
        m_kernels.setup(job);
    };
    run(0, m_medium, m_base.prime[m_base.mediumCount + 1]);
    for (std::size_t i = 0; i < m_base.slices.size(); ++i) {
        const Slice &slice = m_base.slices[i];
        const std::size_t end = i + 1 < m_base.slices.size() ? m_base.slices[i + 1].start : m_base.padded;
        run(slice.start, end - slice.start, m_base.modulus[slice.start + slice.count - 1]);
        for (std::size_t j = slice.start + slice.count; j < end; ++j) {
            m_largeRoot1[j] = m_largeRoot2[j] = m_base.modulus[j] - 1;
            for (unsigned part = 0; part < parts; ++part)
                m_delta[part * m_base.padded + j] = 0;
        }
    }

    m_mediumDelta.resize(parts * m_medium);
    for (unsigned part = 0; part < parts; ++part) {
        const std::uint32_t *from = m_delta.data() + part * m_base.padded;
        std::uint16_t *to = m_mediumDelta.data() + part * m_medium;
        for (std::size_t i = 0; i < m_medium; ++i)
            to[i] = std::uint16_t(from[i]);
    }
    for (std::size_t i = 0; i < m_medium; ++i) {
        m_root1[i] = std::uint16_t(m_largeRoot1[i]);
        m_root2[i] = std::uint16_t(m_largeRoot2[i]);
        m_log[i] = i < m_base.mediumCount ? m_base.log[i + 2] : 0;
    }
    for (const std::uint32_t index : leading.factors)
        m_log[index - 2] = 0; // one root only, and the wrong one here; A's primes are divided out by hand

    m_polynomials = leading.polynomials();
    m_filled = 0;
    m_current = 0;
}

unsigned Sieve::fillBatch()
{
    const std::uint32_t left = m_polynomials - m_filled;
    const bool large = !m_base.slices.empty();
    const unsigned count = std::min<std::uint32_t>(large ? FillJob::maxPolynomials : 1, left);
    m_batchStart = m_filled;
    m_filled += count;
    if (!large || count == 0)
        return count;

    const std::size_t buckets = count * m_parameters.blocks;
    for (std::size_t i = 0; i < buckets; ++i)
        m_cursor[i] = m_buckets.data() + i * m_capacity;
    FillJob job;
    job.blocks = m_parameters.blocks;
    job.polynomials = count;
    job.cursor = m_cursor.data();
    job.limit = m_limit.data();
    const std::uint32_t first = m_filled - count;
    for (std::size_t i = 0; i < m_base.slices.size(); ++i) {
        const Slice &slice = m_base.slices[i];
        const std::size_t end = i + 1 < m_base.slices.size() ? m_base.slices[i + 1].start : m_base.padded;
        job.modulus = m_base.modulus.data() + slice.start;
        job.root1 = m_largeRoot1.data() + slice.start;
        job.root2 = m_largeRoot2.data() + slice.start;
        job.count = end - slice.start;
        for (unsigned j = 0; j < count; ++j) {
            const std::uint32_t to = first + j + 1;
            job.moves[j] = {};
            if (to == m_polynomials)
                continue;
            const Step step = stepTo(to);
            job.moves[j] = {m_delta.data() + step.part * m_base.padded + slice.start, step.down};
        }
        m_kernels.fill(job);
        std::copy_n(m_cursor.begin(), buckets, m_ends.begin() + std::ptrdiff_t(i * m_cursor.size()));
    }
    return count;
}

void Sieve::startPolynomial()
{
    if (m_current == 0) {
        m_work1 = m_root1;
        m_work2 = m_root2;
    } else {
        const Step step = stepTo(m_current);
        m_kernels.stepMedium({m_modulus.data(), m_mediumDelta.data() + step.part * m_medium, m_medium, step.down,
                              m_root1.data(), m_root2.data(), m_work1.data(), m_work2.data()});
    }
    m_inBatch = m_current - m_batchStart;
    ++m_current;
}

template <unsigned hits>
void Sieve::strike(std::size_t begin, std::size_t end)
{
    std::uint8_t *const block = m_block;
    for (std::size_t i = begin; i < end; ++i) {
        const std::uint32_t p = m_modulus[i];
        const std::uint8_t log = m_log[i];
        std::uint32_t x = m_work1[i];
        std::uint32_t y = m_work2[i];
        for (unsigned hit = 0; hit < hits; ++hit, x += p, y += p) {
            block[x] = std::uint8_t(block[x] - log);
            block[y] = std::uint8_t(block[y] - log);
        }
        // The last hit may lie in the next block: struck with nothing then, for a branch would be a coin toss.
        const std::uint32_t inX = 0U - (x >> blockBits ^ 1U);
        const std::uint32_t inY = 0U - (y >> blockBits ^ 1U);
        std::uint8_t &lastX = block[x & (blockSize - 1)];
        lastX = std::uint8_t(lastX - (log & inX));
        std::uint8_t &lastY = block[y & (blockSize - 1)];
        lastY = std::uint8_t(lastY - (log & inY));
        m_work1[i] = std::uint16_t(x + (p & inX) - blockSize);
        m_work2[i] = std::uint16_t(y + (p & inY) - blockSize);
    }
}

void Sieve::strikeOften(std::size_t begin, std::size_t end)
{
    std::uint8_t *const block = m_block;
    for (std::size_t i = begin; i < end; ++i) {
        const std::uint32_t p = m_modulus[i];
        const std::uint8_t log = m_log[i];
        std::uint32_t x = std::min(m_work1[i], m_work2[i]);
        std::uint32_t y = std::max(m_work1[i], m_work2[i]);
        const auto both = [&](std::uint32_t ahead) {
            block[x + ahead] = std::uint8_t(block[x + ahead] - log);
            block[y + ahead] = std::uint8_t(block[y + ahead] - log);
        };
        for (; y + 3 * p < blockSize; x += 4 * p, y += 4 * p) {
            both(0);
            both(p);
            both(2 * p);
            both(3 * p);
        }
        for (; y < blockSize; x += p, y += p)
            both(0);
        if (x < blockSize) {
            block[x] = std::uint8_t(block[x] - log);
            x += p;
        }
        m_work1[i] = std::uint16_t(x - blockSize);
        m_work2[i] = std::uint16_t(y - blockSize);
    }
}

void Sieve::sieveMedium()
{
    for (std::size_t i = 0; i < m_base.smallCount; ++i) {
        const auto step = [&](std::uint16_t root) {
            const auto moved = std::uint16_t(root - m_shift[i]);
            return std::min(moved, std::uint16_t(moved + m_modulus[i]));
        };
        m_work1[i] = step(m_work1[i]);
        m_work2[i] = step(m_work2[i]);
    }
    const auto strikeFixed = [this]<unsigned... n>(const Group &group, std::integer_sequence<unsigned, n...>) {
        static_cast<void>(((group.hits == n + 1 && (strike<n + 1>(group.begin, group.end), true)) || ...));
    };
    for (const Group &group : m_groups) {
        if (group.hits == 0)
            strikeOften(group.begin, group.end);
        else
            strikeFixed(group, std::make_integer_sequence<unsigned, mostFixedHits>());
    }
}

void Sieve::applyBuckets(unsigned number)
{
    std::uint8_t *const block = m_block;
    const std::size_t bucket = m_inBatch * m_parameters.blocks + number;
    const std::uint32_t *at = m_buckets.data() + bucket * m_capacity;
    constexpr std::uint32_t mask = blockSize - 1;
    for (std::size_t slice = 0; slice < m_base.slices.size(); ++slice) {
        const std::uint32_t *const end = m_ends[slice * m_cursor.size() + bucket];
        const std::uint8_t log = m_base.slices[slice].log;
        const auto hit = [&](std::uint32_t entry) { block[entry & mask] = std::uint8_t(block[entry & mask] - log); };
        for (; end - at >= 4; at += 4) {
            hit(at[0]);
            hit(at[1]);
            hit(at[2]);
            hit(at[3]);
        }
        for (; at != end; ++at)
            hit(*at);
    }
}

std::span<const std::uint16_t> Sieve::sieveBlock(unsigned block)
{
    m_blockNumber = block;
    std::memset(m_block, m_start, blockSize);
    sieveMedium();
    if (!m_base.slices.empty())
        applyBuckets(block);
    return {m_candidates.data(), m_kernels.scan(m_block, m_candidates.data())};
}

MatchJob Sieve::matchJob(std::uint16_t location) const
{
    MatchJob job;
    job.modulus = m_modulus.data();
    job.reciprocal = m_reciprocal.data();
    job.root1 = m_work1.data();
    job.root2 = m_work2.data();
    job.distance = std::uint16_t(blockSize - location);
    return job;
}

std::span<const std::uint32_t> Sieve::smallDivisors(std::uint16_t location)
{
    MatchJob job = matchJob(location);
    job.end = (m_base.smallCount + FactorBase::padding - 1) / FactorBase::padding * FactorBase::padding;
    const unsigned found = m_kernels.matchMedium(job, m_found.data());
    const auto last = std::lower_bound(m_found.begin(), m_found.begin() + found, m_base.smallCount);
    const auto count = std::size_t(last - m_found.begin());
    for (std::size_t i = 0; i < count; ++i)
        m_found[i] += 2;
    return {m_found.data(), count};
}

std::span<const std::uint32_t> Sieve::sievedDivisors(std::uint16_t location)
{
    MatchJob job = matchJob(location);
    job.begin = m_base.smallCount / FactorBase::padding * FactorBase::padding;
    job.end = m_medium;
    const unsigned matches = m_kernels.matchMedium(job, m_found.data());
    unsigned found = 0;
    for (unsigned i = 0; i < matches; ++i) {
        if (m_found[i] >= m_base.smallCount && m_found[i] < m_base.mediumCount)
            m_found[found++] = m_found[i] + 2;
    }
    if (m_base.slices.empty())
        return {m_found.data(), found};

    const std::size_t bucket = m_inBatch * m_parameters.blocks + m_blockNumber;
    const std::uint32_t *at = m_buckets.data() + bucket * m_capacity;
    for (std::size_t i = 0; i < m_base.slices.size(); ++i) {
        const std::uint32_t *const end = m_ends[i * m_cursor.size() + bucket];
        const unsigned more = m_kernels.matchBucket(at, std::size_t(end - at), location,
                                                    m_found.data() + found);
        for (unsigned j = 0; j < more; ++j)
            m_found[found++] += m_base.slices[i].index;
        at = end;
    }
    return {m_found.data(), found};
}

} // namespace openloop::factoring::siqs
