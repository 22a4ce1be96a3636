// SPDX-License-Identifier: GPL-3.0-or-later
// Groups the primes by how often they hit a block, strikes group after group, and finds who hit a place.
#include "server/factoring/siqs/medium.h"

#include <algorithm>
#include <utility>

namespace openloop::factoring::siqs {

namespace {

constexpr unsigned mostFixedHits = 32;
constexpr unsigned mostHitsInLanes = 6; // of more, what vectors save is lost in the rest
constexpr unsigned often = ~0U;
constexpr std::uint16_t idleModulus = 32749; // for the padding: any odd number does, its matches are ignored

// Both strike a block with one prime and leave its next two hits, which lie in the next block.
template <unsigned hits>
void strikeFixed(std::uint8_t *block, std::uint32_t span, std::uint32_t p, std::uint8_t log, std::uint32_t &x,
                 std::uint32_t &y)
{
    for (unsigned hit = 0; hit < hits; ++hit, x += p, y += p) {
        block[x] = std::uint8_t(block[x] - log);
        block[y] = std::uint8_t(block[y] - log);
    }
    // The last hit may lie in the next block: struck with nothing then, for a branch would be a coin toss.
    const std::uint32_t inX = 0U - std::uint32_t(x < span);
    const std::uint32_t inY = 0U - std::uint32_t(y < span);
    std::uint8_t &lastX = block[x & (blockSize - 1)];
    lastX = std::uint8_t(lastX - (log & inX));
    std::uint8_t &lastY = block[y & (blockSize - 1)];
    lastY = std::uint8_t(lastY - (log & inY));
    x += p & inX;
    y += p & inY;
}

void strikeOften(std::uint8_t *block, std::uint32_t span, std::uint32_t p, std::uint8_t log, std::uint32_t &x,
                 std::uint32_t &y)
{
    if (y < x)
        std::swap(x, y);
    const auto both = [&](std::uint32_t ahead) {
        block[x + ahead] = std::uint8_t(block[x + ahead] - log);
        block[y + ahead] = std::uint8_t(block[y + ahead] - log);
    };
    for (; y + 3 * p < span; x += 4 * p, y += 4 * p) {
        both(0);
        both(p);
        both(2 * p);
        both(3 * p);
    }
    for (; y < span; x += p, y += p)
        both(0);
    if (x < span) {
        block[x] = std::uint8_t(block[x] - log);
        x += p;
    }
}

} // namespace

MediumPrimes::MediumPrimes(const FactorBase &base, std::uint32_t span, const Kernels &kernels)
    : m_base(base), m_span(span), m_kernels(kernels), m_count(base.mediumPadded), m_modulus(m_count),
      m_reciprocal(m_count), m_shift(m_count), m_root1(m_count), m_root2(m_count), m_work1(m_count), m_work2(m_count),
      m_log(m_count)
{
    for (std::size_t i = 0; i < m_count; ++i) {
        const std::uint32_t p = i < base.mediumCount ? base.modulus[i] : idleModulus;
        m_modulus[i] = std::uint16_t(p);
        m_reciprocal[i] = std::uint16_t(65536 / p);
        m_shift[i] = std::uint16_t(m_span % p);
    }
    makeGroups();
}

void MediumPrimes::makeGroups()
{
    for (std::size_t i = m_base.smallCount; i < m_base.mediumCount; ++i) {
        unsigned hits = m_span / m_base.modulus[i];
        if (hits > mostFixedHits)
            hits = often;
        if (m_groups.empty() || m_groups.back().hits != hits)
            m_groups.push_back({i, i, hits});
        m_groups.back().end = i + 1;
    }
}

void MediumPrimes::begin(const Leading &leading, const std::uint32_t *root1, const std::uint32_t *root2,
                         const std::uint32_t *delta, std::size_t stride)
{
    const std::size_t parts = leading.parts.size();
    m_delta.resize(parts * m_count);
    for (std::size_t part = 0; part < parts; ++part) {
        for (std::size_t i = 0; i < m_count; ++i)
            m_delta[part * m_count + i] = std::uint16_t(delta[part * stride + i]);
    }
    for (std::size_t i = 0; i < m_count; ++i) {
        m_root1[i] = std::uint16_t(root1[i]);
        m_root2[i] = std::uint16_t(root2[i]);
        m_log[i] = i < m_base.mediumCount ? m_base.log[i + 2] : 0;
    }
    for (const std::uint32_t index : leading.factors)
        m_log[index - 2] = 0; // one root only, and the wrong one here; A's primes are divided out by hand
}

void MediumPrimes::startPolynomial(std::uint32_t number)
{
    if (number == 0) {
        m_work1 = m_root1;
        m_work2 = m_root2;
        return;
    }
    const Step step = stepTo(number);
    m_kernels.stepMedium({m_modulus.data(), m_delta.data() + step.part * m_count, m_count, step.down, m_root1.data(),
                          m_root2.data(), m_work1.data(), m_work2.data()});
}

// Pointers in locals: a byte of the block may alias any member, so members would be read again and again. A function of
// its own for each strikeOne, so that its loop has all registers.
template <auto strikeOne>
[[gnu::noinline]] void MediumPrimes::strike(std::uint8_t *block, std::size_t begin, std::size_t end)
{
    const std::uint16_t *const modulus = m_modulus.data();
    const std::uint8_t *const logs = m_log.data();
    std::uint16_t *const work1 = m_work1.data();
    std::uint16_t *const work2 = m_work2.data();
    const std::uint32_t span = m_span;
    for (std::size_t i = begin; i < end; ++i) {
        std::uint32_t x = work1[i];
        std::uint32_t y = work2[i];
        strikeOne(block, span, modulus[i], logs[i], x, y);
        work1[i] = std::uint16_t(x - span);
        work2[i] = std::uint16_t(y - span);
    }
}

// Where the last hit is, and where the next block's first, is worked out for sixteen primes in vectors. A last hit that
// lies in the next block strikes what nobody looks at: what is beyond the span, or behind the block.
template <unsigned hits>
[[gnu::noinline]] void MediumPrimes::strikeLanes(std::uint8_t *block, const Group &group)
{
    constexpr std::size_t lanes = 16;
    const std::uint16_t *const modulus = m_modulus.data();
    const std::uint8_t *const logs = m_log.data();
    std::uint16_t *const work1 = m_work1.data();
    std::uint16_t *const work2 = m_work2.data();
    const auto span = std::uint16_t(m_span);
    std::size_t i = group.begin;
    for (; i + lanes <= group.end; i += lanes) {
        std::uint16_t first[2][lanes], last[2][lanes];
        const auto pass = [&](std::uint16_t *work, std::uint16_t *firsts, std::uint16_t *lasts) {
            for (std::size_t j = 0; j < lanes; ++j) {
                const std::uint16_t p = modulus[i + j];
                const auto at = std::uint16_t(work[j] + hits * p);
                const auto next = std::uint16_t(at - span);
                firsts[j] = work[j];
                lasts[j] = std::min<std::uint16_t>(at, blockSize);
                work[j] = std::min(next, std::uint16_t(next + p)); // wrapping makes the wrong one of the two huge
            }
        };
        pass(work1 + i, first[0], last[0]);
        pass(work2 + i, first[1], last[1]);
        for (std::size_t j = 0; j < lanes; ++j) {
            const std::uint32_t p = modulus[i + j];
            const std::uint8_t log = logs[i + j];
            std::uint32_t x = first[0][j], y = first[1][j];
            for (unsigned hit = 0; hit < hits; ++hit, x += p, y += p) {
                block[x] = std::uint8_t(block[x] - log);
                block[y] = std::uint8_t(block[y] - log);
            }
            std::uint8_t &lastX = block[last[0][j]];
            lastX = std::uint8_t(lastX - log);
            std::uint8_t &lastY = block[last[1][j]];
            lastY = std::uint8_t(lastY - log);
        }
    }
    strike<strikeFixed<hits>>(block, i, group.end);
}

void MediumPrimes::passSmall()
{
    for (std::size_t i = 0; i < m_base.smallCount; ++i) {
        const auto step = [&](std::uint16_t root) {
            const auto moved = std::uint16_t(root - m_shift[i]);
            return std::min(moved, std::uint16_t(moved + m_modulus[i]));
        };
        m_work1[i] = step(m_work1[i]);
        m_work2[i] = step(m_work2[i]);
    }
}

void MediumPrimes::strikeAll(std::uint8_t *block)
{
    passSmall();
    const auto strikeFew = [&]<unsigned n>(const Group &group, std::integral_constant<unsigned, n>) {
        if constexpr (n <= mostHitsInLanes)
            strikeLanes<n>(block, group);
        else
            strike<strikeFixed<n>>(block, group.begin, group.end);
        return true;
    };
    const auto strikeOneOf = [&]<unsigned... n>(const Group &group, std::integer_sequence<unsigned, n...>) {
        static_cast<void>(((group.hits == n && strikeFew(group, std::integral_constant<unsigned, n>())) || ...));
    };
    for (const Group &group : m_groups) {
        if (group.hits == often)
            strike<strikeOften>(block, group.begin, group.end);
        else
            strikeOneOf(group, std::make_integer_sequence<unsigned, mostFixedHits + 1>());
    }
}

MatchJob MediumPrimes::matchJob(std::uint16_t location) const
{
    MatchJob job;
    job.modulus = m_modulus.data();
    job.reciprocal = m_reciprocal.data();
    job.root1 = m_work1.data();
    job.root2 = m_work2.data();
    job.distance = std::uint16_t(m_span - location);
    return job;
}

unsigned MediumPrimes::smallDivisors(std::uint16_t location, std::uint32_t *to) const
{
    MatchJob job = matchJob(location);
    job.end = (m_base.smallCount + FactorBase::padding - 1) / FactorBase::padding * FactorBase::padding;
    const unsigned matches = m_kernels.matchMedium(job, to);
    unsigned found = 0;
    while (found < matches && to[found] < m_base.smallCount)
        to[found++] += 2;
    return found;
}

unsigned MediumPrimes::sievedDivisors(std::uint16_t location, std::uint32_t *to) const
{
    MatchJob job = matchJob(location);
    job.begin = m_base.smallCount / FactorBase::padding * FactorBase::padding;
    job.end = m_count;
    const unsigned matches = m_kernels.matchMedium(job, to);
    unsigned found = 0;
    for (unsigned i = 0; i < matches; ++i) {
        if (to[i] >= m_base.smallCount && to[i] < m_base.mediumCount)
            to[found++] = to[i] + 2;
    }
    return found;
}

} // namespace openloop::factoring::siqs
