// SPDX-License-Identifier: GPL-3.0-or-later
// Finds the bounds of the small elliptic curves (word_factor.cpp) by counting multiplications, which repeats on any
// machine, however busy; those of the curves in lanes by time, for there the rest counts too.
//   tune_micro_ecm BITS [NUMBERS [lanes]]    products of two primes of BITS/2 bits each; prints the cheapest bounds
#include "server/factoring/ecm/lanes/micro_ecm_lanes.h"
#include "server/factoring/ecm/micro_ecm.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>
#include <vector>

using namespace openloop::factoring;

namespace {

// Additions cost about a third of a multiplication in both sizes.
template <typename Base>
class Counting : public Base
{
public:
    using typename Base::Word;

    Counting(Word n, double &cost) : Base(n), m_cost(&cost) { }

    Word add(Word a, Word b) const { return *m_cost += 0.3, Base::add(a, b); }
    Word sub(Word a, Word b) const { return *m_cost += 0.3, Base::sub(a, b); }
    Word mul(Word a, Word b) const { return *m_cost += 1, Base::mul(a, b); }
    Word sqr(Word a) const { return *m_cost += 1, Base::sqr(a); }

private:
    double *m_cost;
};

struct Outcome {
    double cost = 0; ///< multiplications per number, or ns in lanes
    double curves = 0; ///< per number; or batches of them
    unsigned bound1 = 0, bound2 = 0, step = 0;
};

template <typename Base>
Outcome measure(const std::vector<mpz_class> &numbers, unsigned bound1, unsigned bound2, unsigned step)
{
    using Word = typename Base::Word;
    const MicroEcmPlan plan = makeMicroEcmPlan(bound1, bound2, step);
    Outcome outcome{0, 0, bound1, bound2, step};
    if (plan.babies.size() > MicroEcmPlan::mostBabies || plan.giants > MicroEcmPlan::mostGiants)
        return {1e18, 0, bound1, bound2, step};
    for (const mpz_class &number : numbers) {
        const Word n = static_cast<Word>(toUint128(number));
        MicroEcm<Counting<Base>> curves{Counting<Base>(n, outcome.cost)};
        for (int tries = 0; tries < 1000; ++tries) {
            ++outcome.curves;
            const Word divisor = curves.runCurve(plan);
            if (divisor != 1 && divisor != n)
                break;
        }
    }
    outcome.cost /= double(numbers.size());
    outcome.curves /= double(numbers.size());
    return outcome;
}

double cpuNanoseconds()
{
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return 1e9 * double(time.tv_sec) + double(time.tv_nsec);
}

template <typename Base, typename RunCurves>
Outcome measureLanes(const std::vector<mpz_class> &numbers, unsigned bound1, unsigned bound2, unsigned step,
                     RunCurves runCurves)
{
    using Word = typename Base::Word;
    const MicroEcmPlan plan = makeMicroEcmPlan(bound1, bound2, step);
    if (plan.babies.size() > MicroEcmPlan::mostBabies || plan.giants > MicroEcmPlan::mostGiants)
        return {1e18, 0, bound1, bound2, step};
    Outcome best{1e18, 0, bound1, bound2, step};
    for (int round = 0; round < 3; ++round) {
        double batches = 0;
        const double start = cpuNanoseconds();
        for (const mpz_class &number : numbers) {
            const Word n = static_cast<Word>(toUint128(number));
            const Base m(n);
            CurveSeries<Base> series(m);
            for (int tries = 0; tries < 200; ++tries) {
                ++batches;
                LaneParameters<Word> parameters;
                for (auto &parameter : parameters) {
                    const auto point = series.next();
                    parameter = {m.toWord(point.x), m.toWord(point.y), m.toWord(point.z)};
                }
                const Word divisor = runCurves(n, plan, parameters);
                if (divisor != 1 && divisor != n)
                    break;
            }
        }
        best.cost = std::min(best.cost, (cpuNanoseconds() - start) / double(numbers.size()));
        best.curves = batches / double(numbers.size());
    }
    return best;
}

std::vector<mpz_class> semiprimes(unsigned bits, unsigned count)
{
    gmp_randclass random(gmp_randinit_mt);
    random.seed(bits);
    std::vector<mpz_class> numbers;
    while (numbers.size() < count) {
        mpz_class p[2];
        for (mpz_class &prime : p) {
            prime = random.get_z_bits(bits / 2);
            mpz_setbit(prime.get_mpz_t(), bits / 2 - 1);
            mpz_nextprime(prime.get_mpz_t(), prime.get_mpz_t());
        }
        if (const mpz_class n = p[0] * p[1]; bitLength(n) == bits && p[0] != p[1])
            numbers.push_back(n);
    }
    return numbers;
}

} // namespace

int main(int argc, char **argv)
{
    const unsigned bits = argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 64;
    const unsigned count = argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : 500;
    if (bits < 30 || bits > 128 || count == 0) {
        std::fputs("usage: tune_micro_ecm BITS(30..128) [NUMBERS [lanes]]\n", stderr);
        return 2;
    }
    const CurvesInLanes *const lanes = argc > 3 && argv[3] == std::string_view("lanes") ? curvesInLanes() : nullptr;
    const std::vector<mpz_class> numbers = semiprimes(bits, count);
    std::vector<Outcome> outcomes;
    const double centre = 20 * std::pow(1.105, double(bits) - 40);
    for (const double scale : {0.25, 0.35, 0.5, 0.65, 0.8, 1.0, 1.25, 1.6, 2.0}) {
        const auto bound1 = static_cast<unsigned>(centre * scale);
        for (const unsigned ratio : {15, 25, 35, 50, 70, 100}) {
            for (const unsigned step : {30U, 60U, 90U, 120U, 150U, 210U, 330U, 420U, 630U}) {
                if (step / 2 > bound1 || bound1 < 10 || bound1 * ratio > 60'000'000)
                    continue;
                const unsigned bound2 = bound1 * ratio;
                if (lanes && bits <= 64)
                    outcomes.push_back(measureLanes<Montgomery64>(numbers, bound1, bound2, step, lanes->oneWord));
                else if (lanes)
                    outcomes.push_back(measureLanes<Montgomery128>(numbers, bound1, bound2, step, lanes->twoWords));
                else if (bits <= 64)
                    outcomes.push_back(measure<Montgomery64>(numbers, bound1, bound2, step));
                else
                    outcomes.push_back(measure<Montgomery128>(numbers, bound1, bound2, step));
            }
        }
    }
    std::sort(outcomes.begin(), outcomes.end(), [](const Outcome &a, const Outcome &b) { return a.cost < b.cost; });
    outcomes.resize(std::min<std::size_t>(outcomes.size(), 8));
    for (const Outcome &o : outcomes)
        std::printf("%3u bits  B1 %5u  B2 %6u  step %3u  %6.2f curves  %9.0f %s\n", bits, o.bound1, o.bound2, o.step,
                    o.curves, o.cost, lanes ? "ns" : "multiplications");
}
