// SPDX-License-Identifier: GPL-3.0-or-later
// Times one elliptic curve on a number of BITS bits in every arithmetic that this processor has, beside libecm where it
// is installed: what the rounds of schedule.cpp are made from.
//   tune_ecm BITS [BOUND1]...    prints CPU microseconds a curve, the arithmetics taking turns
#include "server/factoring/arithmetic/wide_montgomery.h"
#include "server/factoring/ecm/big_ecm.h"
#include "server/factoring/ecm/lanes/long_ecm_lanes.h"

#ifdef OPENLOOP_LIBECM
#include <ecm.h>
#endif

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <vector>

using namespace openloop::factoring;

namespace {

double cpuMicroseconds()
{
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return 1e6 * double(time.tv_sec) + 1e-3 * double(time.tv_nsec);
}

struct Way {
    const char *name;
    unsigned curves; ///< of one call
    std::function<void()> run;
    double best = 1e18; ///< us a curve
};

LongParameters parametersFor(const LongWord &n)
{
    const WideMontgomery<longWordLimbs> m(n);
    CurveSeries<WideMontgomery<longWordLimbs>> series(m);
    LongParameters parameters;
    for (auto &parameter : parameters) {
        const auto point = series.next();
        parameter = {m.toWord(point.x), m.toWord(point.y), m.toWord(point.z)};
    }
    return parameters;
}

#ifdef OPENLOOP_LIBECM
void runLibecmCurve(mpz_class n, double bound1)
{
    ecm_params parameters;
    ecm_init(parameters);
    parameters->param = ECM_PARAM_SUYAMA;
    mpz_set_ui(parameters->sigma, 42);
    mpz_class divisor;
    ecm_factor(divisor.get_mpz_t(), n.get_mpz_t(), bound1, parameters);
    ecm_clear(parameters);
}
#endif

mpz_class semiprime(unsigned bits)
{
    gmp_randclass random(gmp_randinit_mt);
    random.seed(bits);
    mpz_class n = 1;
    for (const unsigned length : {bits / 2, bits - bits / 2}) {
        mpz_class p = random.get_z_bits(length);
        mpz_setbit(p.get_mpz_t(), length - 1);
        mpz_setbit(p.get_mpz_t(), length - 2);
        mpz_nextprime(p.get_mpz_t(), p.get_mpz_t());
        n *= p;
    }
    return n;
}

std::vector<Way> waysFor(const mpz_class &number, const LongEcmPlan &plan)
{
    if (mpz_sizeinbase(number.get_mpz_t(), 2) > mostLongEcmBits)
        return {
            {"scalar", 1, [&, curves = std::shared_ptr(makeBigCurves(number, 0))] { curves->runNext(plan, Stop()); }}};
    const LongWord n = toWide<longWordLimbs>(number);
    const auto with = [&plan, n, parameters = parametersFor(n)](RunLongCurves run) {
        return [=, &plan] { run(n, plan, parameters, Stop()); };
    };
    std::vector<Way> ways{{"scalar", longCurveBatch, with(scalar::runLongCurves)}};
#if defined(__x86_64__) && defined(__GNUC__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        ways.push_back({"AVX2", longCurveBatch, with(avx2::runLongCurves)});
    if (__builtin_cpu_supports("avx512f"))
        ways.push_back({"AVX-512", longCurveBatch, with(avx512::runLongCurves)});
#endif
    return ways;
}

void timeWays(const mpz_class &number, unsigned bound1)
{
    const auto plan = longEcmPlan(bound1, Stop());
    std::vector<Way> ways = waysFor(number, *plan);
#ifdef OPENLOOP_LIBECM
    ways.push_back({"libecm", 1, [&] { runLibecmCurve(number, bound1); }});
#endif
    for (int round = 0; round < 5; ++round) {
        for (Way &way : ways) {
            const double start = cpuMicroseconds();
            way.run();
            way.best = std::min(way.best, (cpuMicroseconds() - start) / way.curves);
        }
    }
    std::printf("%zu bits  B1 %6u", mpz_sizeinbase(number.get_mpz_t(), 2), bound1);
    for (const Way &way : ways)
        std::printf("  %s %.0f us", way.name, way.best);
    std::puts("");
}

} // namespace

int main(int argc, char **argv)
{
    const unsigned bits = argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 0;
    if (bits < 129 || bits > 40'000) {
        std::fputs("usage: tune_ecm BITS(129..40000) [BOUND1(100..250000)]...\n", stderr);
        return 2;
    }
    std::vector<unsigned> bounds;
    for (int i = 2; i < argc; ++i)
        bounds.push_back(std::clamp(static_cast<unsigned>(std::atoi(argv[i])), 100U, 250'000U));
    if (bounds.empty())
        bounds = {200, 600, 2'000, 11'000, 50'000};
    for (const unsigned bound1 : bounds)
        timeWays(semiprime(bits), bound1);
}
