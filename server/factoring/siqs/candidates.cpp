// SPDX-License-Identifier: GPL-3.0-or-later
// The value of the polynomial in wide words, divided by what the sieve says hit it.
#include "server/factoring/siqs/candidates.h"

#include "server/factoring/arithmetic/word_operations.h"
#include "server/factoring/siqs/cofactor.h"

#include <algorithm>
#include <cmath>

namespace openloop::factoring::siqs {

namespace {

constexpr double roundingBits = 2.5; // the sum of some fifteen rounded logarithms is off by that much

} // namespace

CofactorBounds CofactorBounds::from(const FactorBase &base, const Parameters &parameters)
{
    CofactorBounds bounds;
    const double largest = std::min(4.2e9, double(base.largest()) * parameters.largeMultiplier);
    bounds.largest = std::uint64_t(largest);
    bounds.bits = std::log2(largest);
    if (parameters.doubleExponent > 0) {
        bounds.bits = std::min(62.9, bounds.bits * parameters.doubleExponent);
        bounds.composite = std::uint64_t(std::exp2(bounds.bits));
    }
    return bounds;
}

CandidateTester::CandidateTester(const mpz_class &kn, const FactorBase &base, const CofactorBounds &bounds)
    : m_kn(kn), m_base(base), m_bounds(bounds)
{
}

void CandidateTester::begin(const Leading &leading)
{
    m_leading = &leading;
    m_twiceParts.clear();
    for (const mpz_class &part : leading.parts)
        m_twiceParts.push_back(2 * part);
    m_b = leading.firstB();
    m_wideA = toSignedWide<wideLimbs>(leading.a);
    m_wideB = toSignedWide<wideLimbs>(m_b);
    m_haveC = false;
}

void CandidateTester::step(const Step &step)
{
    if (step.down)
        m_b -= m_twiceParts[step.part];
    else
        m_b += m_twiceParts[step.part];
    m_wideB = toSignedWide<wideLimbs>(m_b);
    m_haveC = false;
}

void CandidateTester::computeC()
{
    mpz_mul(m_c.get_mpz_t(), m_b.get_mpz_t(), m_b.get_mpz_t());
    mpz_sub(m_c.get_mpz_t(), m_c.get_mpz_t(), m_kn.get_mpz_t());
    mpz_tdiv_q_2exp(m_c.get_mpz_t(), m_c.get_mpz_t(), 2);
    mpz_divexact(m_c.get_mpz_t(), m_c.get_mpz_t(), m_leading->a.get_mpz_t());
    m_wideC = toSignedWide<wideLimbs>(m_c);
    m_haveC = true;
}

void CandidateTester::divideOut(std::uint32_t index)
{
    const std::uint32_t p = m_base.prime[index];
    const std::uint64_t inverse = inverseOfOdd(p);
    while (divideExactly(m_rest, p, inverse, m_restLimbs)) {
        m_relation.factors.push_back(index);
        m_restLimbs -= m_restLimbs > 1 && m_rest.limb[m_restLimbs - 1] == 0;
    }
}

bool CandidateTester::splitRest()
{
    if (!fitsOneWord(m_rest))
        return false;
    const std::uint64_t rest = m_rest.limb[0];
    m_relation.large = {1, 1};
    if (rest < m_bounds.largest) {
        m_relation.large[1] = std::uint32_t(rest);
        return true;
    }
    const std::uint64_t largestPrime = m_base.largest();
    if (rest >= m_bounds.composite || rest <= largestPrime * largestPrime)
        return false;
    const auto split = splitCofactor(rest);
    if (!split || split->second >= m_bounds.largest)
        return false;
    m_relation.large = {std::uint32_t(split->first), std::uint32_t(split->second)};
    return true;
}

void CandidateTester::test(Sieve &sieve, std::uint16_t location, std::int64_t x, RelationBatch &found)
{
    if (!m_haveC)
        computeC();
    const Wide ax = product(m_wideA, x);
    const Wide axb = sum(ax, m_wideB);
    m_rest = sum(product(axb, x), m_wideC);
    m_relation.factors.clear();
    if (isNegative(m_rest)) {
        m_rest = negated(m_rest);
        m_relation.factors.push_back(0);
    }
    if (m_rest.limb[0] == 0)
        return; // 64 factors two, or zero: not worth a path of its own
    const unsigned twos = unsigned(std::countr_zero(m_rest.limb[0]));
    m_relation.factors.insert(m_relation.factors.end(), twos, 1);
    if (twos != 0)
        m_rest = withoutLowBits(m_rest, twos, false);
    m_restLimbs = usedLimbs(m_rest);
    for (const std::uint32_t index : sieve.smallDivisors(location))
        divideOut(index);
    if (double(bitLength(m_rest)) - sieve.foundBits(location) > m_bounds.bits + roundingBits)
        return;

    for (const std::uint32_t index : sieve.sievedDivisors(location))
        divideOut(index);
    for (const std::uint32_t index : m_leading->factors)
        divideOut(index);
    if (!splitRest())
        return;
    m_relation.factors.insert(m_relation.factors.end(), m_leading->factors.begin(), m_leading->factors.end());
    Wide root = sum(axb, ax);
    if (isNegative(root))
        root = negated(root);
    std::copy_n(root.limb.begin(), m_relation.x.size(), m_relation.x.begin());
    found.append(m_relation);
}

} // namespace openloop::factoring::siqs
