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
        if (m_stop.requested())
            return leave(part);
        if (bitLength(part.value) <= 64)
            return takeWordApart(part);
        // Powers first: to tell that a long one is no prime takes longer than to find its root.
        if (const auto power = asPower(part.value, m_leastFactorBits, m_stop)) {
            m_pending.push_back({power->root, part.multiplicity * power->exponent});
            return;
        }
        const std::optional<bool> prime = isPrimeUnlessStopped(part.value, m_stop);
        if (prime == true)
            return add(part.value, part.multiplicity);
        if (!prime)
            return leave(part);
        const std::optional<mpz_class> divisor = divide(part.value);
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
        const Progress endless{Phase::Ecm, 0, std::nullopt, bits > mostBitsToSieve};
        for (EcmRound round = firstEcmWithoutSieve(bits); !isEnough(bits, round); round = nextEcm(round)) {
            if (auto divisor = ecmFactor(n, round, m_stop, m_options, [&](double) { tell(endless); }))
                return divisor;
        }
        return std::nullopt;
    }

    bool isEnough(unsigned bits, const EcmRound &next) const
    {
        return m_stop.requested() || (bits > mostBitsToSieve && next.before >= m_options.mostCurves);
    }

    Seconds expectedSieving(const mpz_class &n) const { return mostTime(n) / (m_options.crew ? m_options.threads : 1); }

    // Progress is that of all rounds together. The sieve that most likely follows is in the time that is left.
    std::optional<mpz_class> runEcmBeforeSieve(const mpz_class &n)
    {
        const std::vector<EcmRound> rounds = ecmBeforeSieve(bitLength(n));
        double all = 0, done = 0;
        for (const EcmRound &round : rounds)
            all += costOf(round);
        const bool isSieved = bitLength(n) <= mostBitsToSieve;
        const Seconds sieve = expectedSieving(n);
        const auto start = std::chrono::steady_clock::now();
        for (const EcmRound &round : rounds) {
            if (isEnough(bitLength(n), round))
                break;
            const auto told = [&](double part) {
                const double fraction = (done + part * costOf(round)) / all;
                const Seconds spent = std::chrono::steady_clock::now() - start;
                std::optional<Seconds> left;
                if (isSieved)
                    left = sieve + (fraction > 0 ? spent * (1 - fraction) / fraction : Seconds(0));
                tell({Phase::Ecm, fraction, left, !isSieved});
            };
            if (comesAfterSmoothNeighbours(round)) {
                if (auto divisor =
                        divisorBySmoothNeighbours(n, boundOfSmoothNeighbours(bitLength(n)), m_stop, [&] { told(0); }))
                    return divisor;
            }
            if (auto divisor = ecmFactor(n, round, m_stop, m_options, told))
                return divisor;
            done += costOf(round);
        }
        return std::nullopt;
    }

    void tell(const Progress &progress)
    {
        if (!m_sink)
            return;
        const auto now = std::chrono::steady_clock::now();
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
    std::optional<std::chrono::steady_clock::time_point> m_told;
    std::vector<Part> m_pending;
    std::vector<mpz_class> m_primes;
    std::vector<mpz_class> m_remaining;
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
