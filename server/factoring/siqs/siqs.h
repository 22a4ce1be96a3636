// SPDX-License-Identifier: GPL-3.0-or-later
// The self-initialising quadratic sieve: the engine's method for composites of about 25 to 110 digits.
#pragma once

#include "server/factoring/job.h"
#include "server/factoring/siqs/kernels/kernels.h"
#include "server/factoring/siqs/parameters.h"

namespace openloop::factoring {

/// A proper divisor of n; nothing when stopped, or when n is not of the kind asked for.
/// n: odd, composite, no perfect power, about 60 to 366 bits (380 at most). Stops within 50 ms of a request
/// on `stop` or of options.deadline. `progress` hears phases from Sieving on, at most ten times a second,
/// from the calling thread; its fraction is relations over those needed, its time left begins with what is `expected`.
/// Threads of options.crew are asked for up to options.threads, returned when it is crowded. Contini, "Factoring
/// integers with the self-initializing quadratic sieve" (1997).
std::optional<mpz_class> siqsFactor(const mpz_class &n, std::stop_token stop = {}, const Options &options = {},
                                    const ProgressSink &progress = {}, std::chrono::duration<double> expected = {});

namespace siqs {

/// What a run was like; for tests, tuning and the curious.
struct Report {
    Parameters parameters;
    unsigned multiplier = 1;
    std::uint64_t polynomials = 0;
    std::size_t full = 0, cycles = 0, relations = 0;
    std::size_t relationBytes = 0;
    unsigned solveAttempts = 0;
    std::chrono::duration<double> sieving{}, solving{}; ///< wall time
};

/// siqsFactor with the sizes and the instruction set given.
std::optional<mpz_class> factorWith(const mpz_class &n, std::stop_token stop, const Options &options,
                                    const ProgressSink &progress, const Parameters &parameters, Simd simd,
                                    Report *report = nullptr, std::chrono::duration<double> expected = {});

} // namespace siqs
} // namespace openloop::factoring
