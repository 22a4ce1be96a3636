// SPDX-License-Identifier: GPL-3.0-or-later
// The driver: which method gets a number, and for how long.
#include "server/factoring/factor.h"

#include "server/factoring/ecm/ecm.h"
#include "server/factoring/schedule.h"
#include "server/factoring/siqs/siqs.h"
#include "server/factoring/small/close_factors.h"
#include "server/factoring/small/perfect_power.h"
#include "server/factoring/small/primality.h"
#include "server/factoring/small/smooth_neighbours.h"
#include "server/factoring/small/trial_division.h"
#include "server/factoring/small/word_factor.h"

#include <algorithm>

namespace openloop::factoring {

namespace {

using Seconds = std::chrono::duration<double>;
using Clock = std::chrono::steady_clock;

constexpr auto progressInterval = std::chrono::milliseconds(100);

// One call of factor() for a number of more than one word. Composites wait on a stack; what is left there at a stop
// is what remains.
class Factorization
{
public:
    Factorization(const mpz_class &n, const std::stop_token &stop, const Options &options, const ProgressSink &sink)
        : m_number(n), m_stop(stop, options.deadline, &options.interlude), m_options(options), m_sink(sink)
    {
    }

    Result run()
    {
        mpz_class rest = m_number;
        tell({Phase::TrialDivision, 0});
        std::vector<std::uint64_t> small;
        divideSmallPrimes(rest, m_trialBound, small, m_stop);
        for (const std::uint64_t prime : small)
            m_primes.push_back(toMpz(prime));
        m_pending.push_back({rest, 1});
        while (!m_pending.empty()) {
            const Part part = std::move(m_pending.back());
            m_pending.pop_back();
            if (part.value != 1)
                takeApart(part);
        }
        return result();
    }

private:
    struct Part {
        mpz_class value;
        unsigned multiplicity;
    };

    void takeApart(const Part &part)
    {
        if (bitLength(part.value) <= 64) // at once, after a stop, too
            return takeWordApart(part);
        // Powers first: to tell that a long one is no prime takes longer than to find its root.
        if (const auto power = m_stop.requested() ? std::nullopt : asPower(part.value, m_leastFactorBits, m_stop)) {
            m_pending.push_back({power->root, part.multiplicity * power->exponent});
            return;
        }
        // After a stop, too, unless it is long: what is left would be told to be composite.
        const std::optional<bool> prime = isPrimeUnlessStopped(part.value, m_stop);
        if (prime == true)
            return add(part.value, part.multiplicity);
        if (!prime)
            m_untested.push_back(part.value);
        const std::optional<mpz_class> divisor = !prime || m_stop.requested() ? std::nullopt : divide(part.value);
        if (!divisor)
            return leave(part);
        m_pending.push_back({part.value / *divisor, part.multiplicity});
        m_pending.push_back({*divisor, part.multiplicity});
    }

    void takeWordApart(const Part &part)
    {
        WordPrimes primes;
        factorRoughWord(toUint64(part.value), primes);
        for (const std::uint64_t prime : primes)
            add(toMpz(prime), part.multiplicity);
    }

    std::optional<mpz_class> divide(const mpz_class &n)
    {
        const unsigned bits = bitLength(n);
        if (bits <= 128) {
            tell({Phase::Ecm, 0});
            const uint128 divisor = divisorOfRoughWord(toUint128(n), m_stop);
            if (divisor != 1)
                return toMpz(divisor);
        }
        if (bits > 128) {
            if (auto divisor = divisorOfCloseFactors(n, m_stop))
                return divisor;
        }
        if (auto divisor = runEcmBeforeSieve(n))
            return divisor;
        if (bits <= mostBitsToSieve && !m_stop.requested()) {
            if (auto divisor = siqsFactor(n, m_stop.token(), m_options, m_sink, expectedSieving(n)))
                return divisor;
        }
        // Without an end for what is too long to sieve; the sieve, too, may have had no luck.
        const Progress endless{Phase::Ecm, 0, std::nullopt, bits > mostBitsToSieve};
        for (EcmRound round = firstEcmWithoutSieve(bits); !m_stop.requested() && !hasAnEnd(bits);
             round = nextEcm(round)) {
            if (auto divisor = ecmFactor(n, round, m_stop, m_options, [&](double) { tell(endless); }))
                return divisor;
        }
        return std::nullopt;
    }

    bool hasAnEnd(unsigned bits) const { return bits > mostBitsToSieve && m_options.mostCurves != Options::noLimit; }

    Seconds expectedSieving(const mpz_class &n) const { return mostTime(n) / (m_options.crew ? m_options.threads : 1); }

    // Progress is that of all rounds together, if these are all that there will be. The sieve that most likely follows
    // is in the time that is left.
    std::optional<mpz_class> runEcmBeforeSieve(const mpz_class &n)
    {
        const unsigned bits = bitLength(n);
        const std::vector<EcmRound> rounds =
            hasAnEnd(bits) ? ecmInstead(bits, m_options.mostCurves) : ecmBeforeSieve(bits);
        double all = 0, done = 0;
        for (const EcmRound &round : rounds)
            all += costOf(round);
        const bool isEndless = bits > mostBitsToSieve && !hasAnEnd(bits);
        std::optional<Seconds> sieve;
        if (bits <= mostBitsToSieve)
            sieve = expectedSieving(n);
        auto start = Clock::now();
        for (const EcmRound &round : rounds) {
            if (m_stop.requested())
                break;
            const auto told = [&](double part, Clock::time_point now) {
                const double fraction = (done + part * costOf(round)) / all;
                const Seconds spent = now - start;
                if (isEndless)
                    return tell({Phase::Ecm, 0, std::nullopt, true});
                std::optional<Seconds> left = sieve;
                if (fraction > 0)
                    left = sieve.value_or(Seconds(0)) + spent * (1 - fraction) / fraction;
                tell({Phase::Ecm, fraction, left, !sieve});
            };
            if (comesAfterSmoothNeighbours(round)) { // which takes time, but is no part of what is extrapolated
                const auto begun = Clock::now();
                if (auto divisor =
                        divisorBySmoothNeighbours(n, boundOfSmoothNeighbours(bits), m_stop, [&] { told(0, begun); }))
                    return divisor;
                start += Clock::now() - begun;
            }
            if (auto divisor = ecmFactor(n, round, m_stop, m_options, [&](double part) { told(part, Clock::now()); }))
                return divisor;
            done += costOf(round);
        }
        return std::nullopt;
    }

    void tell(const Progress &progress)
    {
        if (!m_sink)
            return;
        const auto now = Clock::now();
        if (m_told && now - *m_told < progressInterval)
            return;
        m_told = now;
        m_sink(progress);
    }

    void add(const mpz_class &prime, unsigned multiplicity) { m_primes.insert(m_primes.end(), multiplicity, prime); }

    void leave(const Part &part) { m_remaining.insert(m_remaining.end(), part.multiplicity, part.value); }

    Result result();

    const mpz_class &m_number;
    const unsigned m_trialBound = trialBoundFor(bitLength(m_number));
    const unsigned m_leastFactorBits = bitLength(std::uint64_t{m_trialBound}) - 1;
    const Stop m_stop;
    const Options &m_options;
    const ProgressSink &m_sink;
    std::optional<Clock::time_point> m_told;
    std::vector<Part> m_pending;
    std::vector<mpz_class> m_primes;
    std::vector<mpz_class> m_remaining;
    std::vector<mpz_class> m_untested; ///< of these
};

// Replaces `powers`.
template <typename Primes, typename Power>
void gather(Primes &primes, std::vector<Power> &powers)
{
    powers.clear();
    if (!std::is_sorted(primes.begin(), primes.end()))
        std::sort(primes.begin(), primes.end());
    for (const auto &prime : primes) {
        if (!powers.empty() && powers.back().prime == prime)
            ++powers.back().exponent;
        else
            powers.push_back({prime, 1});
    }
}

Result Factorization::result()
{
    Result result;
    mpz_class product = 1;
    for (const mpz_class &prime : m_primes)
        product *= prime;
    for (const mpz_class &part : m_remaining)
        product *= part;
    if (product != m_number) { // no answer is better than a wrong one
        result.remaining.push_back(m_number);
        return result;
    }
    gather(m_primes, result.factors);
    std::sort(m_remaining.begin(), m_remaining.end());
    result.remaining = std::move(m_remaining);
    result.untested = std::move(m_untested);
    return result;
}

Result factorOneWord(std::uint64_t n)
{
    std::vector<WordPower> powers;
    factor(n, powers);
    Result result;
    for (const WordPower &power : powers)
        result.factors.push_back({toMpz(power.prime), power.exponent});
    if (powers.empty() && n > 1)
        result.remaining.push_back(toMpz(n));
    return result;
}

} // namespace

const char *phaseName(Phase phase)
{
    switch (phase) {
    case Phase::TrialDivision: return "trial division";
    case Phase::Rho: return "rho";
    case Phase::Ecm: return "ecm";
    case Phase::Sieving: return "sieving";
    case Phase::Filtering: return "filtering";
    case Phase::LinearAlgebra: return "linear algebra";
    case Phase::SquareRoot: return "square root";
    }
    return "";
}

bool isPrime(const mpz_class &n)
{
    return isPrimeUnlessStopped(n, Stop()).value_or(false);
}

void factor(std::uint64_t n, std::vector<WordPower> &factors)
{
    factors.clear();
    if (n < 2)
        return;
    WordPrimes primes;
    factorWord(n, primes);
    std::uint64_t product = 1;
    for (const std::uint64_t prime : primes)
        product *= prime;
    if (product == n) // no answer is better than a wrong one
        gather(primes, factors);
}

void prepareForManyWords()
{
    makeSmallestFactors();
}

Result factor(const mpz_class &n, std::stop_token stop, const Options &options, const ProgressSink &progress)
{
    if (n < 1)
        return {};
    if (bitLength(n) <= 64)
        return factorOneWord(toUint64(n));
    return Factorization(n, stop, options, progress).run();
}

} // namespace openloop::factoring
