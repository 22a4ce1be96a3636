// SPDX-License-Identifier: GPL-3.0-or-later
// The threads, lent ones included, the store they share, and when there is enough.
#include "server/factoring/siqs/collect.h"

#include "server/factoring/siqs/sieve.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

namespace openloop::factoring::siqs {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto reportInterval = std::chrono::milliseconds(100);

std::uint8_t thresholdFor(const mpz_class &kn, const Parameters &parameters, const CofactorBounds &bounds)
{
    // Values reach M sqrt(kn / 8) at the ends and in the middle; on average they are some half a bit smaller.
    const double half = double(parameters.length()) / 2;
    const double value = std::log2(half) + (double(mpz_sizeinbase(kn.get_mpz_t(), 2)) - 3) / 2 - 0.5;
    return std::uint8_t(std::clamp(value - bounds.bits - parameters.smallBits, 2.0, 126.0));
}

} // namespace

Job::Job(const mpz_class &number, unsigned multiplier, const Parameters &sizes, Simd simd, const Stop &stop)
    : n(number), kn(number * multiplier), parameters(sizes), kernels(kernelsFor(simd)),
      base(makeFactorBase(kn, sizes, stop)), bounds(CofactorBounds::from(base, sizes)),
      threshold(thresholdFor(kn, sizes, bounds)), source(kn, base, sizes)
{
}

/// One thread's sieve; what it finds goes into the shared store after every batch of polynomials.
class Collector::Worker
{
public:
    explicit Worker(const Job &job)
        : m_job(job), m_sieve(job.base, job.parameters, job.kernels, job.threshold),
          m_tester(job.kn, job.base, job.bounds, job.parameters.length())
    {
    }

    /// Sieves the next batch. False when there is no further leading coefficient.
    bool work(LeadingSource &source, Shared &shared)
    {
        unsigned count = m_leading ? m_sieve.fillBatch() : 0;
        if (count == 0) {
            m_leading = source.next();
            if (!m_leading)
                return false;
            m_sieve.begin(*m_leading);
            m_tester.begin(*m_leading);
            m_polynomial = 0;
            count = m_sieve.fillBatch();
        }
        m_found.clear();
        for (unsigned i = 0; i < count; ++i)
            sievePolynomial();
        shared.polynomials += count;
        if (!m_found.empty()) {
            const std::lock_guard lock(shared.mutex);
            shared.store.add(m_found);
            if (shared.store.usable() >= shared.needed)
                shared.finished = true;
        }
        return true;
    }

private:
    void sievePolynomial()
    {
        if (m_polynomial > 0)
            m_tester.step(stepTo(m_polynomial));
        ++m_polynomial;
        m_sieve.startPolynomial();
        const std::int64_t half = m_job.parameters.length() / 2;
        for (unsigned block = 0; block < m_job.parameters.blocks; ++block) {
            for (const std::uint16_t location : m_sieve.sieveBlock(block))
                m_tester.test(m_sieve, location, std::int64_t(block) * m_job.parameters.span + location - half,
                              m_found);
        }
    }

    const Job &m_job;
    std::optional<Leading> m_leading;
    std::uint32_t m_polynomial = 0;
    Sieve m_sieve;
    CandidateTester m_tester;
    RelationBatch m_found;
};

Collector::Collector(const Job &job, LeadingSource &source, const Options &options, const Stop &stop)
    : m_job(job), m_source(source), m_options(options), m_stop(stop), m_shared(std::make_shared<Shared>()),
      m_own(std::make_unique<Worker>(job))
{
}

Collector::~Collector() = default;

void Collector::enlist()
{
    if (m_options.crew == nullptr)
        return;
    while (true) {
        {
            const std::lock_guard lock(m_shared->mutex);
            if (m_shared->finished || m_shared->lent + 1 >= m_options.threads || m_options.crew->crowded())
                return;
            ++m_shared->lent;
        }
        const bool accepted = m_options.crew->tryRun([shared = m_shared, this] {
            {
                const std::lock_guard lock(shared->mutex);
                if (!shared->open) {
                    --shared->lent;
                    return; // too late: the collector may be gone
                }
                ++shared->inside;
            }
            {
                Worker worker(m_job);
                while (!shared->finished && !m_options.crew->crowded() && worker.work(m_source, *shared)) { }
            }
            const std::lock_guard lock(shared->mutex);
            --shared->lent;
            --shared->inside;
            shared->left.notify_all();
        });
        if (!accepted) {
            const std::lock_guard lock(m_shared->mutex);
            --m_shared->lent;
            return;
        }
    }
}

Collector::Outcome Collector::collect(std::size_t needed, const std::function<void(std::size_t)> &report)
{
    {
        const std::lock_guard lock(m_shared->mutex);
        m_shared->needed = needed;
        m_shared->open = true;
        m_shared->finished = m_shared->store.usable() >= needed;
    }
    Outcome outcome = Outcome::Enough;
    Clock::time_point next{};
    while (!m_shared->finished) {
        if (m_stop.requested()) {
            outcome = Outcome::Stopped;
            break;
        }
        if (const auto now = Clock::now(); now >= next) {
            next = now + reportInterval;
            std::size_t usable = 0;
            {
                const std::lock_guard lock(m_shared->mutex);
                usable = m_shared->store.usable();
            }
            report(usable);
            enlist();
        }
        if (!m_own->work(m_source, *m_shared)) {
            outcome = Outcome::Exhausted;
            break;
        }
    }
    m_shared->finished = true;
    std::unique_lock lock(m_shared->mutex);
    m_shared->open = false;
    m_shared->left.wait(lock, [this] { return m_shared->inside == 0; });
    return outcome;
}

} // namespace openloop::factoring::siqs
