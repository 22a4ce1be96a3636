// SPDX-License-Identifier: GPL-3.0-or-later
// Factors on the pool, so that a handler can await a number.
#pragma once

#include "server/compute/pool.h"
#include "server/factoring/factor.h"

namespace openloop {

/// A computation at the moment at which the engine tells its progress.
struct Moment {
    const mpz_class &n;
    const factoring::Progress &progress;
    const std::stop_token &stop;
    const std::function<void()> &interlude; ///< lends the thread for a moment; may be empty
};

/// Numbers as works of the pool: short ones are quick, equal ones are one. Lives on the thread of the event loop;
/// destroying it stops and joins.
class FactoringPool
{
public:
    using Ask = Pool::Ask;

    struct Settings {
        int threads = 1; ///< as Pool::Settings, as is the next one
        int queue = 64;
        std::chrono::milliseconds timeout{30'000}; ///< for each request, its waiting included
        /// Run by the thread that computes, after each progress; the computation goes on when it returns. Empty, but
        /// for tests, which hold a computation where they want it.
        std::function<void(const Moment &)> atProgress = {};
        int niceness = 0; ///< of the threads
        unsigned mostCurves = 20'000; ///< on what is too long to sieve: most factors of 35 digits are found by then
    };

    explicit FactoringPool(Settings settings);

    /// Prime factors of n, complete. Throws http::Failure: 503 and 499 as Pool::run; 504 the deadline passed, or the
    /// last curve on what is too long to sieve, with what was `found`, what is `remaining`, and `estimate_s` for that,
    /// null where it is not known.
    QCoro::Task<factoring::Result> factorize(mpz_class n, Ask ask);

    /// The 503 that factorize() would throw now, if it would.
    std::optional<http::Failure> refusal(const mpz_class &n, const QString &client);

    /// How far the computation of n is; nothing if there is none.
    std::optional<factoring::Progress> progress(const mpz_class &n) const;

    /// How long n takes on all threads if nobody else wants them and its factors are long, which is the worst; nothing
    /// if it is too long to tell.
    std::optional<std::chrono::duration<double>> expectedTime(const mpz_class &n) const;

    /// Whether long numbers are refused now.
    bool isFull() const { return m_pool.isFull(Lane::Long); }

    /// As Pool::ignoredFor.
    std::optional<std::chrono::nanoseconds> ignoredFor(const mpz_class &n) const { return m_pool.ignoredFor(keyOf(n)); }

    Pool::Load load() const { return m_pool.load(); }
    const Settings &settings() const { return m_settings; }

    /// Where n would wait.
    static Lane laneOf(const mpz_class &n);

    /// Its bytes, under which it is looked for; not for people.
    static QByteArray keyOf(const mpz_class &n);

private:
    Work workOn(const mpz_class &n) const;
    http::Json estimate(const std::vector<mpz_class> &composites) const;
    factoring::Result compute(const mpz_class &n, Lane lane, const std::stop_token &stop, Worker &worker) const;

    const Settings m_settings;
    Pool m_pool; // last: its threads use the settings
};

} // namespace openloop
