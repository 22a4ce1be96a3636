// SPDX-License-Identifier: GPL-3.0-or-later
// See micro_ecm_plan.h.
#include "server/factoring/micro_ecm_plan.h"

#include <algorithm>
#include <gmpxx.h>
#include <numeric>

namespace openloop::factoring {

namespace {

std::vector<bool> sieveTo(unsigned bound)
{
    std::vector<bool> prime(bound + 1, true);
    prime[0] = prime[1] = false;
    for (unsigned p = 2; p * p <= bound; ++p) {
        for (unsigned multiple = p * p; prime[p] && multiple <= bound; multiple += p)
            prime[multiple] = false;
    }
    return prime;
}

mpz_class productOfPowers(const std::vector<bool> &prime, unsigned bound)
{
    mpz_class product = 1;
    for (unsigned p = 2; p <= bound; ++p) {
        unsigned power = p;
        while (prime[p] && power <= bound / p)
            power *= p;
        if (prime[p])
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

void addChain(MicroEcmPlan &plan, mpz_class multiplier)
{
    const int window = windowFor(multiplier);
    const int modulus = 1 << window;
    std::vector<int> digits; // least significant first
    while (multiplier != 0) {
        int digit = 0;
        if (mpz_odd_p(multiplier.get_mpz_t())) {
            digit = static_cast<int>(mpz_fdiv_ui(multiplier.get_mpz_t(), static_cast<unsigned>(modulus)));
            if (digit > modulus / 2)
                digit -= modulus;
            multiplier -= digit;
        }
        digits.push_back(digit);
        multiplier /= 2;
    }
    plan.first = static_cast<unsigned>(digits.back());
    int largest = digits.back();
    std::uint16_t doublings = 0;
    for (auto digit = digits.rbegin() + 1; digit != digits.rend(); ++digit) {
        ++doublings;
        if (*digit != 0) {
            plan.chain.push_back({doublings, static_cast<std::int16_t>(*digit)});
            largest = std::max(largest, std::abs(*digit));
            doublings = 0;
        }
    }
    if (doublings > 0)
        plan.chain.push_back({doublings, 0});
    plan.digits = static_cast<unsigned>(largest + 1) / 2;
}

void addPairs(MicroEcmPlan &plan, const std::vector<bool> &prime, unsigned bound1, unsigned bound2)
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
    }
}

} // namespace

MicroEcmPlan makeMicroEcmPlan(unsigned bound1, unsigned bound2, unsigned step)
{
    MicroEcmPlan plan;
    plan.step = step;
    const std::vector<bool> prime = sieveTo(bound2 + step);
    addChain(plan, productOfPowers(prime, bound1));
    addPairs(plan, prime, bound1, bound2);
    return plan;
}

} // namespace openloop::factoring
