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
    CandidateTester(const mpz_class &kn, const FactorBase &base, const CofactorBounds &bounds);

    void begin(const Leading &leading);
    /// B changes as the roots in the sieve do.
    void step(const Step &step);

    /// Tests the value at `location` of the sieve's last block; x is its argument.
    void test(Sieve &sieve, std::uint16_t location, std::int64_t x, RelationBatch &found);

private:
    void divideOut(std::uint32_t index);
    bool splitRest();
    void computeC();

    const mpz_class &m_kn;
    const FactorBase &m_base;
    const CofactorBounds m_bounds;
    const Leading *m_leading = nullptr;
    std::vector<mpz_class> m_twiceParts;
    mpz_class m_b;
    Wide m_wideA, m_wideB, m_wideC;
    bool m_haveC = false;
    mpz_class m_c;
    Wide m_rest; ///< of the value under test
    std::size_t m_restLimbs = wideLimbs; ///< beyond them it is zero
    Relation m_relation;
};

} // namespace openloop::factoring::siqs
