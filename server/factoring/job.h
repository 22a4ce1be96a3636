// SPDX-License-Identifier: GPL-3.0-or-later
// The words that a caller and every method share: what may be used, when to stop, how far it is, what came out.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
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

/// The same where the prime is one machine word.
struct WordPower {
    std::uint64_t prime = 0;
    unsigned exponent = 1;

    bool operator==(const WordPower &) const = default;
};

/// What a long factorization is busy with; the text of phaseName() is what users see.
enum class Phase { TrialDivision, Rho, Ecm, Sieving, Filtering, LinearAlgebra, SquareRoot };

/// Lower-case words, for instance "linear algebra".
const char *phaseName(Phase phase);

struct Progress {
    Phase phase = Phase::TrialDivision;
    double fraction = 0; ///< of this phase, 0..1
    /// Until the composite in work is taken apart if its factors are long, which is the worst; empty where nobody
    /// knows.
    std::optional<std::chrono::duration<double>> timeLeft = {};
    bool unsieved = false; ///< the composite in work is too long to sieve: nothing follows these curves
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
    static constexpr unsigned noLimit = ~0U;
    unsigned mostCurves = noLimit; ///< on what is too long to sieve, before it is left
};

struct Result {
    std::vector<PrimePower> factors; ///< ascending
    std::vector<mpz_class> remaining; ///< composites left at a stop, the deadline or the last curve, ascending
    /// Of `remaining`, those that may be primes: long ones, which a stop left untested.
    std::vector<mpz_class> untested;

    bool complete() const { return remaining.empty(); }
};

/// One question for every loop of the engine: must I end now? A stop request, the deadline and a found divisor all
/// count alike. Immutable, cheap to ask (tens of ns) and any thread may. Refers to nothing but what it was made of. Who
/// asks can spare a moment: that is when Options::interlude runs.
class Stop
{
public:
    using Deadline = std::optional<std::chrono::steady_clock::time_point>;

    Stop() = default;
    explicit Stop(std::stop_token token, Deadline deadline = {}, const std::function<void()> *interlude = nullptr,
                  const std::atomic<bool> *done = nullptr)
        : m_token(std::move(token)), m_deadline(deadline), m_interlude(interlude && *interlude ? interlude : nullptr),
          m_done(done)
    {
    }

    bool requested() const
    {
        if (m_interlude)
            (*m_interlude)();
        return m_token.stop_requested() || (m_done && m_done->load(std::memory_order_relaxed))
            || (m_deadline && std::chrono::steady_clock::now() >= *m_deadline);
    }

    /// The same, and also ends when `done` turns true; it must outlive the copy.
    Stop orWhen(const std::atomic<bool> &done) const { return Stop(m_token, m_deadline, m_interlude, &done); }

    /// The same with another interlude, which must outlive the copy.
    Stop running(const std::function<void()> &interlude) const { return Stop(m_token, m_deadline, &interlude, m_done); }

    const std::stop_token &token() const { return m_token; }

private:
    std::stop_token m_token;
    Deadline m_deadline;
    const std::function<void()> *m_interlude = nullptr;
    const std::atomic<bool> *m_done = nullptr;
};

} // namespace openloop::factoring
