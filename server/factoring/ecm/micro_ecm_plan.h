// SPDX-License-Identifier: GPL-3.0-or-later
// What an elliptic curve run does, worked out once per pair of bounds: the chain of stage 1 and the pairs of stage 2
// are the same for every curve and every number.
#pragma once

#include "server/factoring/job.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace openloop::factoring {

/// How a point is multiplied by one large number.
struct EcmChain {
    /// So many doublings, then the odd multiple `digit` of the start is added.
    struct Link {
        std::uint16_t doublings;
        std::int16_t digit; ///< odd, |digit| <= largestDigit; 0: nothing to add
    };

    static constexpr int largestDigit = 31;

    unsigned first = 0; ///< the digit it starts from, odd
    unsigned digits = 1; ///< odd digits 1, 3, ... in use
    std::vector<Link> links;
};

/// Which sums and differences of multiples stage 2 looks at.
struct EcmPairs {
    unsigned step = 0; ///< width of a giant step: a multiple of 6
    std::vector<std::uint16_t> babies; ///< below step/2, prime to it, ascending
    unsigned giants = 0; ///< giant steps 1..giants
    std::vector<std::uint16_t> pairs; ///< per giant: how many babies, then their places in `babies`
};

struct MicroEcmPlan : EcmChain, EcmPairs {
    static constexpr unsigned mostBabies = 128;
    static constexpr unsigned mostGiants = 384;
};

/// For larger bounds: stage 1 in pieces, between which one can stop.
struct LongEcmPlan : EcmPairs {
    std::vector<EcmChain> chains;
};

/// The plan for all primes (and their powers) up to `bound1` and one further prime up to `bound2`.
/// 10 <= bound1 <= bound2 <= 200,000; step: a multiple of 6, 30 or 210, step/2 <= bound1.
/// Signed windows: Solinas (Des. Codes Cryptogr. 19, 2000); pairing: Montgomery (Math. Comp. 48, 1987).
MicroEcmPlan makeMicroEcmPlan(unsigned bound1, unsigned bound2, unsigned step);

/// The same for 100 <= bound1 <= 250,000, with bound2 and step that suit it; made at first use and kept. Null: a stop
/// came. Any thread.
std::shared_ptr<const LongEcmPlan> longEcmPlan(unsigned bound1, const Stop &stop);

} // namespace openloop::factoring
