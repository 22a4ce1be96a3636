// SPDX-License-Identifier: GPL-3.0-or-later
// Times one elliptic curve on a number of BITS bits in every arithmetic that this processor has, beside libecm: what
// the rounds of schedule.cpp are made from.
//   tune_ecm BITS [BOUND1]...    prints CPU microseconds a curve, the arithmetics taking turns
#include "server/factoring/libecm_curve.h"
#include "server/factoring/long_ecm_lanes.h"
#include "server/factoring/wide_montgomery.h"

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
    timespec time {};
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
    const WideMontgomery<5> m(n);
    CurveSeries<WideMontgomery<5>> series(m);
    LongParameters parameters;
    for (auto &parameter : parameters) {
        const auto point = series.next();
        parameter = {m.toWord(point.x), m.toWord(point.y), m.toWord(point.z)};
    }
    return parameters;
}

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

void timeWays(const mpz_class &number, unsigned bound1)
{
    const LongWord n = toWide<5>(number);
    const LongParameters parameters = parametersFor(n);
    const auto plan = longEcmPlan(bound1, Stop());
    std::vector<Way> ways {{"scalar", longCurveBatch, [&] { scalar::runLongCurves(n, *plan, parameters, Stop()); }}};
#if defined(__x86_64__) && defined(__GNUC__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        ways.push_back({"AVX2", longCurveBatch, [&] { avx2::runLongCurves(n, *plan, parameters, Stop()); }});
    if (__builtin_cpu_supports("avx512f"))
        ways.push_back({"AVX-512", longCurveBatch, [&] { avx512::runLongCurves(n, *plan, parameters, Stop()); }});
#endif
    ways.push_back({"libecm", 1, [&] { runLibecmCurve(number, bound1, 42, Stop()); }});
    for (int round = 0; round < 5; ++round) {
        for (Way &way : ways) {
            const double start = cpuMicroseconds();
            way.run();
            way.best = std::min(way.best, (cpuMicroseconds() - start) / way.curves);
        }
    }
    std::printf("%u bits  B1 %6u", bitLength(number), bound1);
    for (const Way &way : ways)
        std::printf("  %s %.0f us", way.name, way.best);
    std::puts("");
}

} // namespace

int main(int argc, char **argv)
{
    const unsigned bits = argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 0;
    if (bits < 129 || bits > 320) {
        std::fputs("usage: tune_ecm BITS(129..320) [BOUND1(100..250000)]...\n", stderr);
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
