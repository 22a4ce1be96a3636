// SPDX-License-Identifier: GPL-3.0-or-later
// The value of the polynomial in wide words, divided by what the sieve says hit it.
#include "server/factoring/siqs/candidates.h"

#include "server/factoring/arithmetic/word_operations.h"
#include "server/factoring/siqs/cofactor.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace openloop::factoring::siqs {

namespace {

constexpr double roundingBits = 2.5; // the sum of some fifteen rounded logarithms is off by that much

/// value: not negative; what is above is cut off.
template <std::size_t limbs>
WideWord<limbs> lowLimbs(const mpz_class &value)
{
    return toWide<limbs>(value & ((mpz_class(1) << 64 * limbs) - 1));
}

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

// Values, and what they are made of, have at most three bits more than the interval and the root of kn together.
CandidateTester::CandidateTester(const mpz_class &kn, const FactorBase &base, const CofactorBounds &bounds,
                                 std::uint32_t length)
    : m_base(base), m_bounds(bounds), m_kn(lowLimbs<wideLimbs + 1>(kn)),
      m_isShort(mpz_sizeinbase(kn.get_mpz_t(), 2) / 2 + std::bit_width(length) + 3 < 127)
{
}

void CandidateTester::begin(const Leading &leading)
{
    m_leading = &leading;
    m_twiceParts.clear();
    for (const mpz_class &part : leading.parts)
        m_twiceParts.push_back(toSignedWide<wideLimbs>(2 * part));
    m_a = toWide<wideLimbs>(leading.a);
    m_inverseOfA = inverseOfOdd(m_a);
    m_b = toSignedWide<wideLimbs>(leading.firstB());
    m_haveC = false;
}

void CandidateTester::step(const Step &step)
{
    const Wide &by = m_twiceParts[step.part];
    m_b = sum(m_b, step.down ? negated(by) : by);
    m_haveC = false;
}

// c = (b^2 - kn) / 4 a is exact: the inverse of a gives it from the lower end, whatever was cut off above.
template <std::size_t limbs>
void CandidateTester::evaluate(std::int64_t x)
{
    using Value = WideWord<limbs>;
    const Value a(m_a), b(m_b);
    if (!m_haveC) {
        using Longer = WideWord<limbs + 1>;
        const Longer longB = Longer(isNegative(b) ? negated(b) : b);
        const Longer difference = sum(product(longB, longB), negated(Longer(m_kn)));
        m_c = Wide(product(Value(withoutLowBits(difference, 2, false)), Value(m_inverseOfA)));
        m_haveC = true;
    }
    const Value ax = product(a, x);
    const Value axb = sum(ax, b);
    const Value value = sum(product(axb, x), Value(m_c));
    const Value root = sum(axb, ax);
    m_isNegative = isNegative(value);
    m_rest = Wide(m_isNegative ? negated(value) : value);
    m_root = Wide(isNegative(root) ? negated(root) : root);
}

void CandidateTester::divideOut(std::uint32_t index)
{
    const std::uint32_t p = m_base.prime[index];
    const std::uint64_t inverse = index < m_base.inverse.size() ? m_base.inverse[index] : inverseOfOdd(p);
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
    if (m_isShort)
        evaluate<2>(x);
    else
        evaluate<wideLimbs>(x);
    m_relation.factors.clear();
    if (m_isNegative)
        m_relation.factors.push_back(0);
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
    std::copy_n(m_root.limb.begin(), m_relation.x.size(), m_relation.x.begin());
    found.append(m_relation);
}

} // namespace openloop::factoring::siqs
