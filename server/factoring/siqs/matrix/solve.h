// SPDX-License-Identifier: GPL-3.0-or-later
// From enough relations to a divisor: filtering, linear algebra, square root.
#pragma once

#include "server/factoring/job.h"
#include "server/factoring/siqs/factor_base.h"
#include "server/factoring/siqs/kernels/kernels.h"
#include "server/factoring/siqs/relations.h"

#include <functional>

namespace openloop::factoring::siqs {

struct Solution {
    mpz_class divisor; ///< 0 < divisor; 1: none of the dependencies splits n
    bool stopped = false;
};

/// Tries every dependency found until one splits n. Stops within some 20 ms. The calling thread does all.
Solution solve(const mpz_class &n, const FactorBase &base, const RelationStore &store, const Kernels &kernels,
               const Stop &stop, const std::function<void(Phase, double)> &progress);

} // namespace openloop::factoring::siqs
