// SPDX-License-Identifier: GPL-3.0-or-later
// Works the plans out: windows of stage 1, pairs of stage 2; the long ones are kept for the next number.
#include "server/factoring/ecm/micro_ecm_plan.h"

#include <algorithm>
#include <gmpxx.h>
#include <map>
#include <mutex>
#include <numeric>

namespace openloop::factoring {

namespace {

// The primes to the bound, or some composites too after a stop.
std::vector<bool> sieveTo(unsigned bound, const Stop &stop)
{
    std::vector<bool> prime(bound + 1, true);
    prime[0] = prime[1] = false;
    for (unsigned p = 2; p * p <= bound; ++p) {
        if (!prime[p])
            continue;
        for (unsigned multiple = p * p; multiple <= bound; multiple += p)
            prime[multiple] = false;
        if (stop.requested())
            break;
    }
    return prime;
}

// From prime p on, until the product is so long or the bound is reached; p is moved on.
mpz_class productOfPowers(const std::vector<bool> &prime, unsigned bound, unsigned &p, std::size_t mostBits)
{
    mpz_class product = 1;
    for (; p <= bound && mpz_sizeinbase(product.get_mpz_t(), 2) < mostBits; ++p) {
        if (!prime[p])
            continue;
        // The group orders are multiples of 12: a power of 2 or 3 that is too high is the commonest way to fail.
        const unsigned own = p == 2 ? 4 * bound : p == 3 ? 3 * bound : bound;
        unsigned power = p;
        while (power <= own / p)
            power *= p;
        product *= power;
    }
    return product;
}

// Wide windows pay for their table only on long chains.
int windowFor(const mpz_class &multiplier)
{
    const std::size_t bits = mpz_sizeinbase(multiplier.get_mpz_t(), 2);
    return bits < 70 ? 3 : bits < 160 ? 4 : bits < 450 ? 5 : 6;
}

EcmChain chainOf(mpz_class multiplier)
{
    EcmChain chain;
    const int window = windowFor(multiplier);
    const int modulus = 1 << window;
    std::vector<int> digits; // least significant first
    while (multiplier != 0) {
        const mp_bitcnt_t zeros = mpz_scan1(multiplier.get_mpz_t(), 0);
        digits.insert(digits.end(), zeros, 0);
        multiplier >>= zeros;
        int digit = static_cast<int>(mpz_fdiv_ui(multiplier.get_mpz_t(), static_cast<unsigned>(modulus)));
        if (digit > modulus / 2)
            digit -= modulus;
        digits.push_back(digit);
        multiplier -= digit;
        multiplier >>= 1;
    }
    chain.first = static_cast<unsigned>(digits.back());
    int largest = digits.back();
    std::uint16_t doublings = 0;
    for (auto digit = digits.rbegin() + 1; digit != digits.rend(); ++digit) {
        ++doublings;
        if (*digit != 0) {
            chain.links.push_back({doublings, static_cast<std::int16_t>(*digit)});
            largest = std::max(largest, std::abs(*digit));
            doublings = 0;
        }
    }
    if (doublings > 0)
        chain.links.push_back({doublings, 0});
    chain.digits = static_cast<unsigned>(largest + 1) / 2;
    return chain;
}

// False: a stop came.
bool addPairs(EcmPairs &plan, const std::vector<bool> &prime, unsigned bound1, unsigned bound2, const Stop &stop)
{
    const auto wanted = [&](unsigned q) { return q > bound1 && q <= bound2 && prime[q]; };
    plan.giants = (bound2 + plan.step / 2) / plan.step;
    for (unsigned baby = 1; baby < plan.step / 2; baby += 2) {
        if (std::gcd(baby, plan.step) == 1)
            plan.babies.push_back(static_cast<std::uint16_t>(baby));
    }
    for (unsigned giant = 1; giant <= plan.giants; ++giant) {
        const std::size_t count = plan.pairs.size();
        plan.pairs.push_back(0);
        for (std::size_t place = 0; place < plan.babies.size(); ++place) {
            const unsigned centre = giant * plan.step;
            if (wanted(centre - plan.babies[place]) || wanted(centre + plan.babies[place]))
                plan.pairs.push_back(static_cast<std::uint16_t>(place));
        }
        plan.pairs[count] = static_cast<std::uint16_t>(plan.pairs.size() - count - 1);
        if (stop.requested())
            return false;
    }
    return true;
}

// Long enough for the table of a chain to cost one in a hundred, short enough to be stopped after (about 2 ms).
constexpr std::size_t bitsOfChain = 2048;

std::shared_ptr<const LongEcmPlan> makeLongEcmPlan(unsigned bound1, const Stop &stop)
{
    const auto plan = std::make_shared<LongEcmPlan>();
    const unsigned bound2 = bound1 * (bound1 < 20'000 ? 100 : 60);
    plan->step = bound2 < 40'000 ? 210 : bound2 < 200'000 ? 630 : bound2 < 3'000'000 ? 2310 : 4620;
    const std::vector<bool> prime = sieveTo(bound2 + plan->step, stop);
    if (!addPairs(*plan, prime, bound1, bound2, stop))
        return nullptr;
    for (unsigned p = 2; p <= bound1 && !stop.requested();) {
        if (const mpz_class product = productOfPowers(prime, bound1, p, bitsOfChain); product != 1)
            plan->chains.push_back(chainOf(product));
    }
    return stop.requested() ? nullptr : plan;
}

} // namespace

MicroEcmPlan makeMicroEcmPlan(unsigned bound1, unsigned bound2, unsigned step)
{
    MicroEcmPlan plan;
    plan.step = step;
    const std::vector<bool> prime = sieveTo(bound2 + step, Stop());
    unsigned p = 2;
    static_cast<EcmChain &>(plan) = chainOf(productOfPowers(prime, bound1, p, ~std::size_t{0}));
    addPairs(plan, prime, bound1, bound2, Stop());
    return plan;
}

std::shared_ptr<const LongEcmPlan> longEcmPlan(unsigned bound1, const Stop &stop)
{
    static std::mutex mutex;
    static std::map<unsigned, std::shared_ptr<const LongEcmPlan>> plans;
    {
        const std::lock_guard lock(mutex);
        if (const auto plan = plans.find(bound1); plan != plans.end())
            return plan->second;
    }
    // Two threads may make the same one: neither may wait for the other, as it could not be stopped.
    const auto plan = makeLongEcmPlan(bound1, stop);
    if (!plan)
        return nullptr;
    const std::lock_guard lock(mutex);
    return plans.emplace(bound1, plan).first->second;
}

} // namespace openloop::factoring
