// SPDX-License-Identifier: GPL-3.0-or-later
// From a likely place in the sieve to a relation, or to nothing: trial division of one value.
#pragma once

#include "server/factoring/arithmetic/wide_word.h"
#include "server/factoring/siqs/factor_base.h"
#include "server/factoring/siqs/polynomial.h"
#include "server/factoring/siqs/relations.h"
#include "server/factoring/siqs/sieve.h"

#include <optional>

namespace openloop::factoring::siqs {

/// Of a value of the sieve: wide enough for a kn of 380 bits.
inline constexpr std::size_t wideLimbs = 4;
using Wide = WideWord<wideLimbs>;

/// What the cofactor of a value may be, in numbers; the same for all threads.
struct CofactorBounds {
    std::uint64_t largest = 0; ///< a single large prime is below
    std::uint64_t composite = 0; ///< two of them: their product is below; 0: not wanted
    double bits = 0; ///< of what may be left beside the sieved primes

    static CofactorBounds from(const FactorBase &base, const Parameters &parameters);
};

class CandidateTester
{
public:
    /// length: of the interval.
    CandidateTester(const mpz_class &kn, const FactorBase &base, const CofactorBounds &bounds, std::uint32_t length);

    void begin(const Leading &leading);
    /// B changes as the roots in the sieve do.
    void step(const Step &step);

    /// Tests the value at `location` of the sieve's last block; x is its argument.
    void test(Sieve &sieve, std::uint16_t location, std::int64_t x, RelationBatch &found);

private:
    template <std::size_t limbs>
    void evaluate(std::int64_t x);
    void divideOut(std::uint32_t index);
    bool splitRest();

    const FactorBase &m_base;
    const CofactorBounds m_bounds;
    const WideWord<wideLimbs + 1> m_kn; ///< its lower part
    const bool m_isShort; ///< two limbs are enough for all there is
    const Leading *m_leading = nullptr;
    std::vector<Wide> m_twiceParts;
    Wide m_a, m_inverseOfA, m_b, m_c; ///< a value is (a x + b) x + c
    bool m_haveC = false;
    Wide m_root; ///< |2 a x + b|
    Wide m_rest; ///< of the value under test
    bool m_isNegative = false; ///< the value is
    std::size_t m_restLimbs = wideLimbs; ///< beyond them it is zero
    Relation m_relation;
};

} // namespace openloop::factoring::siqs
