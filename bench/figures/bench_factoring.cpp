// SPDX-License-Identifier: GPL-3.0-or-later
// Times one factoring library on the numbers of standard input, in CPU time of this process; bench_factoring.py calls
// it for each line of its table.
//   bench_factoring openloop|flint [THREADS]    prints: CPU seconds, wall seconds, numbers
#include "server/factor_command/thread_crew.h"
#include "server/factoring/factor.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <string_view>
#include <vector>

#ifdef OPENLOOP_FLINT
#include <flint/fmpz.h>
#include <flint/fmpz_factor.h>
#endif

namespace {

double cpuSeconds()
{
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return double(time.tv_sec) + 1e-9 * double(time.tv_nsec);
}

bool factorByOpenloop(const std::vector<mpz_class> &numbers, unsigned threads)
{
    openloop::factor_command::ThreadCrew crew(threads - 1);
    openloop::factoring::Options options;
    options.crew = &crew;
    options.threads = threads;
    bool complete = true;
    for (const mpz_class &n : numbers)
        complete = openloop::factoring::factor(n, {}, options).complete() && complete;
    return complete;
}

#ifdef OPENLOOP_FLINT
bool factorByFlint(const std::vector<mpz_class> &numbers)
{
    for (const mpz_class &n : numbers) {
        fmpz_t number;
        fmpz_init(number);
        fmpz_set_mpz(number, n.get_mpz_t());
        fmpz_factor_t factors;
        fmpz_factor_init(factors);
        fmpz_factor(factors, number);
        fmpz_factor_clear(factors);
        fmpz_clear(number);
    }
    return true;
}
#endif

} // namespace

int main(int argc, char **argv)
{
    const std::string_view library = argc > 1 ? argv[1] : "";
    const int threads = argc > 2 ? std::atoi(argv[2]) : 1;
    std::vector<mpz_class> numbers;
    for (mpz_class n; std::cin >> n;)
        numbers.push_back(n);
    const double cpu = cpuSeconds();
    const auto wall = std::chrono::steady_clock::now();
    bool done = false;
    if (library == "openloop" && threads >= 1)
        done = factorByOpenloop(numbers, static_cast<unsigned>(threads));
#ifdef OPENLOOP_FLINT
    else if (library == "flint")
        done = factorByFlint(numbers);
    else if (library == "flint-version")
        return std::puts(flint_version) < 0;
#endif
    if (!done)
        return 2;
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - wall;
    std::printf("%.9f %.9f %zu\n", cpuSeconds() - cpu, elapsed.count(), numbers.size());
}
