// SPDX-License-Identifier: GPL-3.0-or-later
// One run from multiplier to divisor: sieve, solve, and sieve on where that was not enough.
#include "server/factoring/siqs/siqs.h"

#include "server/factoring/siqs/collect.h"
#include "server/factoring/siqs/matrix/solve.h"
#include "server/factoring/siqs/multiplier.h"

#include <algorithm>
#include <cmath>

namespace openloop::factoring {

namespace siqs {

namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr std::size_t fewestBits = 40;
constexpr std::size_t mostBits = 380;
constexpr unsigned mostFactorBases = 4; // a tiny number may run out of polynomials: then a larger one is tried

/// A prime of the factor base, or of the multiplier, that divides n: the sieve could not tell.
std::optional<mpz_class> smallDivisor(const mpz_class &n, const FactorBase &base)
{
    for (std::size_t i = 2; i < base.size(); ++i) {
        if (base.log[i] == 0 && mpz_divisible_ui_p(n.get_mpz_t(), base.prime[i]))
            return mpz_class(base.prime[i]);
    }
    return std::nullopt;
}

/// Tells the sink at most ten times a second, and guesses the time left.
class Meter
{
public:
    /// expected: for the whole, before anything has been measured.
    Meter(const ProgressSink &sink, Seconds expected)
        : m_sink(sink), m_expected(expected), m_start(Clock::now()), m_last(m_start - interval)
    {
    }

    void sieving(std::size_t usable, std::size_t needed)
    {
        const double fraction = std::min(1.0, double(usable) / double(needed));
        const Seconds spent = Clock::now() - m_start;
        // What is expected counts until there is enough to measure. Combinations of large primes come faster and
        // faster: relations grow about as the 1.6th power of time.
        const double trust = m_expected.count() > 0 ? std::min(1.0, fraction / enoughToMeasure) : 1;
        Seconds left = std::max(m_expected - spent, m_expected / 20);
        if (fraction > 0)
            left = (1 - trust) * left + trust * spent * (std::pow(fraction, -1 / 1.6) - 1);
        tell({Phase::Sieving, fraction, left});
    }

    void phase(Phase phase, double fraction)
    {
        if (phase != m_phase) {
            m_phase = phase;
            m_phaseStart = Clock::now();
        }
        Seconds left = m_expected * shareOfSolving;
        if (phase == Phase::SquareRoot)
            left /= 10;
        else if (phase == Phase::LinearAlgebra && fraction > 0.05)
            left = Seconds(Clock::now() - m_phaseStart) * (1 - fraction) / fraction;
        tell({phase, fraction, left});
    }

private:
    static constexpr auto interval = std::chrono::milliseconds(100);
    static constexpr double enoughToMeasure = 0.05; // of the relations
    static constexpr double shareOfSolving = 0.04; // of the whole, at most

    void tell(const Progress &progress)
    {
        const auto now = Clock::now();
        if (!m_sink || now - m_last < interval)
            return;
        m_last = now;
        m_sink(progress);
    }

    const ProgressSink &m_sink;
    const Seconds m_expected;
    const Clock::time_point m_start;
    Clock::time_point m_last;
    Phase m_phase = Phase::Sieving;
    Clock::time_point m_phaseStart;
};

class Run
{
public:
    Run(const Options &options, const Stop &stop, Meter &meter, Report &report)
        : m_options(options), m_stop(stop), m_meter(meter), m_report(report)
    {
    }

    /// Nothing when stopped, or when the polynomials were used up.
    std::optional<mpz_class> factor(Job &job)
    {
        Collector collector(job, job.source, m_options, m_stop);
        std::size_t needed = job.base.size() + job.parameters.extra;
        std::optional<mpz_class> divisor;
        bool more = true;
        while (!divisor && more) {
            const auto start = Clock::now();
            const auto outcome =
                collector.collect(needed, [&](std::size_t usable) { m_meter.sieving(usable, needed); });
            const auto sieved = Clock::now();
            m_report.sieving += sieved - start;
            if (outcome == Collector::Outcome::Stopped)
                break;
            more = outcome == Collector::Outcome::Enough;
            ++m_report.solveAttempts;
            const Solution solution = solve(job.n, job.base, collector.relations(), job.kernels, m_stop,
                                            [&](Phase phase, double part) { m_meter.phase(phase, part); });
            m_report.solving += Clock::now() - sieved;
            if (solution.stopped)
                break;
            if (solution.divisor > 1)
                divisor = solution.divisor;
            needed = std::max(needed, collector.relations().usable()) + needed / 50 + 8;
        }
        m_report.polynomials += collector.polynomials();
        m_report.full = collector.relations().full();
        m_report.cycles = collector.relations().cycles();
        m_report.relations = collector.relations().size();
        m_report.relationBytes = collector.relations().bytes();
        return divisor;
    }

private:
    const Options &m_options;
    const Stop &m_stop;
    Meter &m_meter;
    Report &m_report;
};

} // namespace

std::optional<mpz_class> factorWith(const mpz_class &n, std::stop_token stop, const Options &options,
                                    const ProgressSink &progress, const Parameters &parameters, Simd simd,
                                    Report *report, Seconds expected)
{
    const std::size_t bits = mpz_sizeinbase(n.get_mpz_t(), 2);
    if (mpz_even_p(n.get_mpz_t()) || bits < fewestBits || bits > mostBits)
        return std::nullopt;
    const Stop signal(std::move(stop), options.deadline, &options.interlude);
    Report unused;
    Report &told = report ? *report : unused;
    Meter meter(progress, expected);
    meter.sieving(0, 1);
    told.multiplier = chooseMultiplier(n);
    Run run(options, signal, meter, told);
    told.parameters = parameters;
    for (unsigned attempt = 0; attempt < mostFactorBases && !signal.requested(); ++attempt) {
        Job job(n, told.multiplier, told.parameters, simd, signal);
        if (signal.requested())
            break;
        if (auto divisor = smallDivisor(n, job.base))
            return divisor;
        if (auto divisor = run.factor(job))
            return divisor;
        told.parameters.factorBase = told.parameters.factorBase * 3 / 2;
    }
    return std::nullopt;
}

} // namespace siqs

std::optional<mpz_class> siqsFactor(const mpz_class &n, std::stop_token stop, const Options &options,
                                    const ProgressSink &progress, std::chrono::duration<double> expected)
{
    const auto bits = unsigned(mpz_sizeinbase(n.get_mpz_t(), 2));
    return siqs::factorWith(n, std::move(stop), options, progress, siqs::parametersFor(bits), siqs::bestSimd(), nullptr,
                            expected);
}

} // namespace openloop::factoring
