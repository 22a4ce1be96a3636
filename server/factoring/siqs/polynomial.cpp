// SPDX-License-Identifier: GPL-3.0-or-later
// Draws the factors of A near its ideal size, no set twice, and steps B by a Gray code.
#include "server/factoring/siqs/polynomial.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace openloop::factoring::siqs {

namespace {

constexpr int tries = 30; // draws, of which the one closest to the best size wins
constexpr int failuresToGiveUp = 400;
constexpr std::uint32_t smallestFactor = 5;

double naturalLog(const mpz_class &value)
{
    long exponent = 0;
    const double mantissa = mpz_get_d_2exp(&exponent, value.get_mpz_t());
    return std::log(mantissa) + double(exponent) * std::log(2.0);
}

} // namespace

mpz_class Leading::firstB() const
{
    mpz_class sum = 0;
    for (const mpz_class &part : parts)
        sum += part;
    return sum;
}

Step stepTo(std::uint32_t to)
{
    const auto part = unsigned(std::countr_zero(to));
    return {part, (to >> part >> 1 & 1U) == 0};
}

LeadingSource::LeadingSource(const mpz_class &kn, const FactorBase &base, const Parameters &parameters)
    : m_kn(kn), m_base(base)
{
    // |value| at the middle equals that at the ends when A = sqrt(kn / 2) / M.
    const double half = double(parameters.length()) / 2;
    m_targetLog = std::max(0.5 * (naturalLog(kn) - std::log(2.0)) - std::log(half), std::log(30.0));
    choosePool(parameters.aPrime);
}

void LeadingSource::choosePool(unsigned preferred)
{
    const auto byPrime = [&](std::uint32_t p) {
        return std::size_t(std::ranges::lower_bound(m_base.prime, p) - m_base.prime.begin());
    };
    m_count = std::max(2U, unsigned(std::lround(m_targetLog / std::log(double(preferred)))));
    const std::size_t last = m_base.mediumCount + 2;
    const std::size_t first = byPrime(smallestFactor);
    while (m_count > 2 && std::exp(m_targetLog / m_count) < 12)
        --m_count;
    const auto ideal = std::uint32_t(std::exp(m_targetLog / m_count));
    const std::size_t centre = std::clamp(byPrime(ideal), first, last);
    const std::size_t reach = std::max<std::size_t>(m_count + 5, centre / 4);
    const std::size_t low = centre > reach + first ? centre - reach : first;
    const std::size_t high = std::min(last, centre + reach);
    for (std::size_t i = low; i < high; ++i) {
        if (m_base.log[i] > 0) // a divisor of the multiplier has no two roots
            m_pool.push_back(std::uint32_t(i));
    }
}

std::optional<std::uint32_t> LeadingSource::lastFactor(const std::vector<std::uint32_t> &chosen, double missing) const
{
    const double wanted = std::exp(missing);
    std::optional<std::uint32_t> best;
    double bestError = 1e9;
    const auto from = std::ranges::lower_bound(m_base.prime, std::uint32_t(std::clamp(wanted, 1.0, 4e9)));
    const auto at = std::ptrdiff_t(from - m_base.prime.begin());
    const auto end = std::ptrdiff_t(m_base.mediumCount + 2);
    for (std::ptrdiff_t i = std::max<std::ptrdiff_t>(2, at - 6); i < std::min(end, at + 6); ++i) {
        const auto index = std::uint32_t(i);
        const std::uint32_t p = m_base.prime[index];
        if (p < smallestFactor || m_base.log[index] == 0 || std::ranges::find(chosen, index) != chosen.end())
            continue;
        const double error = std::abs(std::log(double(p)) - missing);
        if (error < bestError) {
            bestError = error;
            best = index;
        }
    }
    return best;
}

std::optional<std::vector<std::uint32_t>> LeadingSource::draw()
{
    if (m_pool.size() < m_count)
        return std::nullopt;
    std::optional<std::vector<std::uint32_t>> best;
    double bestError = 1e9;
    for (int attempt = 0; attempt < tries; ++attempt) {
        std::vector<std::uint32_t> chosen;
        double missing = m_targetLog;
        while (chosen.size() + 1 < m_count) {
            const std::uint32_t index = m_pool[m_random() % m_pool.size()];
            if (std::ranges::find(chosen, index) != chosen.end())
                continue;
            chosen.push_back(index);
            missing -= std::log(double(m_base.prime[index]));
        }
        const auto last = lastFactor(chosen, missing);
        if (!last)
            continue;
        const double error = std::abs(missing - std::log(double(m_base.prime[*last])));
        if (error >= bestError)
            continue;
        chosen.push_back(*last);
        std::ranges::sort(chosen);
        if (m_used.contains(chosen))
            continue;
        bestError = error;
        best = std::move(chosen);
        if (error < 0.02)
            break;
    }
    return best;
}

std::optional<Leading> LeadingSource::next()
{
    const std::lock_guard lock(m_mutex);
    for (int failures = 0; failures < failuresToGiveUp; ++failures) {
        auto factors = draw();
        if (!factors)
            continue;
        m_used.insert(*factors);
        return complete(std::move(*factors));
    }
    return std::nullopt;
}

Leading LeadingSource::complete(std::vector<std::uint32_t> factors) const
{
    Leading leading;
    leading.a = 1;
    for (const std::uint32_t index : factors)
        leading.a *= m_base.prime[index];
    mpz_class sum = 0;
    for (const std::uint32_t index : factors) {
        const std::uint32_t q = m_base.prime[index];
        mpz_class part = leading.a / q;
        mpz_class inverse;
        const mpz_class modulus = q;
        mpz_invert(inverse.get_mpz_t(), part.get_mpz_t(), modulus.get_mpz_t());
        std::uint64_t gamma = inverse.get_ui() * m_base.rootOfN[index - 2] % q;
        gamma = std::min(gamma, q - gamma);
        part *= gamma;
        sum += part;
        leading.parts.push_back(std::move(part));
    }
    // B must be odd for B^2 = kn mod 4; A is odd, and turning signs keeps the parity.
    if (mpz_even_p(sum.get_mpz_t()))
        leading.parts.back() += leading.a;
    leading.factors = std::move(factors);
    return leading;
}

} // namespace openloop::factoring::siqs
