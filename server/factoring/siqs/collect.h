// SPDX-License-Identifier: GPL-3.0-or-later
// Sieving with as many threads as there are to be had, until there are enough relations.
#pragma once

#include "server/factoring/job.h"
#include "server/factoring/siqs/candidates.h"
#include "server/factoring/siqs/kernels/kernels.h"
#include "server/factoring/siqs/polynomial.h"
#include "server/factoring/siqs/relations.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

namespace openloop::factoring::siqs {

/// What the threads of one job share.
struct Job {
    Job(const mpz_class &number, unsigned multiplier, const Parameters &sizes, Simd simd, const Stop &stop);

    const mpz_class n;
    const mpz_class kn;
    const Parameters parameters;
    const Kernels &kernels;
    const FactorBase base;
    const CofactorBounds bounds;
    const std::uint8_t threshold; ///< what a byte of the sieve starts with
    LeadingSource source;
};

class Collector
{
public:
    Collector(const Job &, LeadingSource &, const Options &, const Stop &);
    ~Collector();

    enum class Outcome { Enough, Stopped, Exhausted };

    /// Collects until `needed` relations are usable. `report` hears the usable ones, at most ten times a
    /// second. Lent threads have left when it returns.
    Outcome collect(std::size_t needed, const std::function<void(std::size_t usable)> &report);

    /// Only between two calls of collect().
    const RelationStore &relations() const { return m_shared->store; }
    std::uint64_t polynomials() const { return m_shared->polynomials; }

private:
    /// Outlives the collector for the sake of lent threads that start late: they find the gate closed.
    struct Shared {
        std::mutex mutex;
        std::condition_variable left;
        bool open = false; ///< guarded by mutex, as are the next ones
        unsigned lent = 0; ///< asked for and not yet returned
        unsigned inside = 0; ///< of those, at work
        RelationStore store;
        std::size_t needed = 0;
        std::atomic<bool> finished = false;
        std::atomic<std::uint64_t> polynomials = 0;
    };

    class Worker;

    void enlist();

    const Job &m_job;
    LeadingSource &m_source;
    const Options &m_options;
    const Stop &m_stop;
    std::shared_ptr<Shared> m_shared;
    std::unique_ptr<Worker> m_own;
};

} // namespace openloop::factoring::siqs
