// SPDX-License-Identifier: GPL-3.0-or-later
// Elliptic curves, one after another, for numbers too long for lanes.
#pragma once

#include "server/factoring/ecm/micro_ecm_plan.h"
#include "server/factoring/job.h"

#include <gmpxx.h>
#include <memory>

namespace openloop::factoring {

/// The curves of one number. Any thread, several at a time.
class BigCurves
{
public:
    virtual ~BigCurves() = default;

    /// Runs the next curve: a divisor of the number, often 1 and at times the number itself; 1 when a stop came, which
    /// is seen within some ms up to 10,000 digits.
    virtual mpz_class runNext(const LongEcmPlan &plan, const Stop &stop) = 0;
};

/// n: odd, prime to 3, of more than mostLongEcmBits bits; skipped: curves that were run before.
std::unique_ptr<BigCurves> makeBigCurves(const mpz_class &n, unsigned skipped);

} // namespace openloop::factoring
