// SPDX-License-Identifier: GPL-3.0-or-later
// The engine's one entry: a number in, its prime factors out; no Qt, no I/O.
#pragma once

#include <chrono>
#include <functional>
#include <gmpxx.h>
#include <optional>
#include <stop_token>
#include <vector>

namespace openloop::factoring {

struct PrimePower {
    mpz_class prime;
    unsigned exponent = 1;

    bool operator==(const PrimePower &) const = default;
};

/// What a long factorization is busy with; the text of phaseName() is what users see.
enum class Phase { TrialDivision, Rho, Ecm, Sieving, Filtering, LinearAlgebra, SquareRoot };

/// Lower-case words, for instance "linear algebra".
const char *phaseName(Phase phase);

struct Progress {
    Phase phase = Phase::TrialDivision;
    double fraction = 0; ///< of this phase, 0..1
    std::optional<std::chrono::duration<double>> timeLeft; ///< of the whole number, where it can be told
};

/// Called at most ten times a second, by the thread that called factor().
using ProgressSink = std::function<void(const Progress &)>;

/// Lends further threads to one factorization. Both functions may be called by any thread.
class Crew
{
public:
    virtual ~Crew() = default;

    /// Runs `work` on another thread, soon and exactly once, and says true; or says false: no room now.
    virtual bool tryRun(std::function<void()> work) = 0;

    /// True when others wait for a thread: lent ones return at the next opportunity (well under a second).
    virtual bool crowded() const { return false; }
};

struct Options {
    Crew *crew = nullptr; ///< further threads; none: the calling thread works alone
    unsigned threads = 1; ///< at most this many, the calling one included
    std::optional<std::chrono::steady_clock::time_point> deadline;
    /// Run by every thread that works on the number, each time it can spare a moment (tens of times a second at
    /// least): room for short work of others. Must not throw; what it takes, a stop takes longer.
    std::function<void()> interlude = {};
};

struct Result {
    std::vector<PrimePower> factors; ///< ascending
    std::vector<mpz_class> remaining; ///< composites left when a stop or the deadline came first, ascending

    bool complete() const { return remaining.empty(); }
};

/// Prime factors of n with multiplicity; factors and remaining multiply back to n. Nothing for n = 1.
/// n: 1 <= n. Stops within 50 ms of a request on `stop` or of the deadline, with what it has found.
/// Never throws. Any thread. Every factor has passed BPSW (Baillie-Wagstaff 1980, no known counterexample).
Result factor(const mpz_class &n, std::stop_token stop = {}, const Options &options = {},
              const ProgressSink &progress = {});

/// BPSW primality test; deterministic below 2^64.
bool isPrime(const mpz_class &n);

} // namespace openloop::factoring
