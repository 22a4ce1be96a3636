// SPDX-License-Identifier: GPL-3.0-or-later
// How soon the engine returns when told to stop, at random moments of factoring random numbers of 50 to 90 digits.
//   stop_factoring [STOPS [THREADS [SEED]]]    exit 1 when the 99th percentile of the work after a stop is over 50 ms
#include "server/factor_command/thread_crew.h"
#include "server/factoring/factor.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <gmpxx.h>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;
using openloop::factoring::Phase;

constexpr double promised = 50; // ms
constexpr unsigned fewestDigits = 50, mostDigits = 90;
constexpr unsigned phases = static_cast<unsigned>(Phase::SquareRoot) + 1;

double cpuMilliseconds()
{
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return 1e3 * double(time.tv_sec) + 1e-6 * double(time.tv_nsec);
}

mpz_class primeOf(unsigned digits, gmp_randclass &random)
{
    mpz_class low, p;
    mpz_ui_pow_ui(low.get_mpz_t(), 10, digits - 1);
    p = 4 * low + random.get_z_range(5 * low);
    mpz_nextprime(p.get_mpz_t(), p.get_mpz_t());
    return p;
}

// About what a factorization takes, at most three seconds: beyond that one moment of sieving is like another.
double longestWait(unsigned digits)
{
    double milliseconds = 200;
    for (unsigned d = fewestDigits; d < digits; ++d)
        milliseconds *= 1.22;
    return std::min(milliseconds, 3000.0);
}

struct Stop {
    double wall = 0, cpu = 0; ///< ms from the request to the return; cpu: of all threads together
    Phase phase = Phase::TrialDivision; ///< the last one told
    bool complete = false; ///< it had ended before
};

Stop stopAfter(const mpz_class &n, std::chrono::microseconds wait, const openloop::factoring::Options &options)
{
    std::stop_source source;
    Clock::time_point asked;
    double cpuAsked = 0;
    Stop stop;
    std::jthread stopper([&] {
        std::this_thread::sleep_for(wait); // to the random moment of the stop
        source.request_stop();
        cpuAsked = cpuMilliseconds(); // by then it is told: what held this thread up before held up the word
        asked = Clock::now();
    });
    const auto tell = [&](const openloop::factoring::Progress &progress) { stop.phase = progress.phase; };
    stop.complete = openloop::factoring::factor(n, source.get_token(), options, tell).complete();
    const auto returned = Clock::now();
    const double cpuReturned = cpuMilliseconds();
    stopper.join();
    stop.wall = std::max(0.0, Milliseconds(returned - asked).count());
    stop.cpu = std::max(0.0, cpuReturned - cpuAsked);
    return stop;
}

double percentile(std::vector<double> values, double part)
{
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, static_cast<std::size_t>(part * double(values.size())))];
}

void print(const char *what, const std::vector<double> &values)
{
    std::printf("%-22s p50 %6.1f ms   p99 %6.1f ms   max %6.1f ms\n", what, percentile(values, 0.5),
                percentile(values, 0.99), percentile(values, 1));
}

} // namespace

int main(int argc, char **argv)
{
    const int wanted = argc > 1 ? std::atoi(argv[1]) : 500;
    const int threads = argc > 2 ? std::atoi(argv[2]) : 1;
    if (wanted < 1 || threads < 1)
        return 2;
    gmp_randclass random(gmp_randinit_mt);
    random.seed(argc > 3 ? static_cast<unsigned long>(std::atoi(argv[3])) : 1);
    openloop::factor_command::ThreadCrew crew(static_cast<unsigned>(threads) - 1);
    const openloop::factoring::Options options{&crew, static_cast<unsigned>(threads), {}};
    std::vector<double> wall, cpu;
    unsigned byPhase[phases] = {};
    while (wall.size() < static_cast<std::size_t>(wanted)) {
        const mpz_class more = random.get_z_range(mostDigits - fewestDigits + 1);
        const unsigned digits = fewestDigits + static_cast<unsigned>(more.get_ui());
        const mpz_class n = primeOf(digits / 2, random) * primeOf(digits - digits / 2, random);
        const auto longest = static_cast<unsigned long>(1000 * longestWait(digits));
        const auto wait = std::chrono::microseconds(mpz_class(random.get_z_range(longest)).get_ui());
        const Stop stop = stopAfter(n, wait, options);
        if (stop.complete)
            continue; // nothing was stopped
        wall.push_back(stop.wall);
        cpu.push_back(stop.cpu / threads);
        ++byPhase[static_cast<unsigned>(stop.phase)];
    }
    print("wall clock", wall);
    print("CPU time per thread", cpu);
    for (unsigned phase = 0; phase < phases; ++phase)
        std::printf("%s%s %u", phase ? ", " : "stopped in: ", openloop::factoring::phaseName(static_cast<Phase>(phase)),
                    byPhase[phase]);
    std::printf("\n");
    return percentile(cpu, 0.99) > promised;
}
