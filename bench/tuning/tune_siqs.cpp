// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the quadratic sieve with sizes from the command line, so that its table can be measured again
// elsewhere. tune_siqs N|- [name=value ...] [simd=portable|avx2|avx512] [threads=T] [seconds=S: stop then; shows
// the rate of relations, for numbers that take too long]
// With -, numbers come from standard input.
#include "server/factoring/siqs/siqs.h"

#include <cmath>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <map>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <vector>

using namespace openloop::factoring;

namespace {

class ThreadCrew : public Crew
{
public:
    bool tryRun(std::function<void()> work) override
    {
        m_threads.emplace_back(std::move(work));
        return true;
    }

private:
    std::vector<std::jthread> m_threads;
};

double cpuSeconds()
{
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return double(time.tv_sec) + 1e-9 * double(time.tv_nsec);
}

siqs::Simd simdNamed(const std::string &name)
{
    return name == "portable" ? siqs::Simd::Portable : name == "avx2" ? siqs::Simd::Avx2 : siqs::Simd::Avx512;
}

struct Sizes {
    std::map<std::string, std::string> given;

    template <typename Field>
    void set(const char *name, Field &field) const
    {
        if (const auto at = given.find(name); at != given.end())
            field = Field(std::stod(at->second));
    }
    siqs::Parameters of(const mpz_class &n) const
    {
        siqs::Parameters sizes = siqs::parametersFor(unsigned(mpz_sizeinbase(n.get_mpz_t(), 2)));
        set("primes", sizes.factorBase);
        set("blocks", sizes.blocks);
        set("span", sizes.span);
        set("multiplier", sizes.largeMultiplier);
        set("smallBound", sizes.smallBound);
        set("smallBits", sizes.smallBits);
        set("double", sizes.doubleExponent);
        set("aPrime", sizes.aPrime);
        set("extra", sizes.extra);
        return sizes;
    }
};

/// CPU seconds; says on standard output how it went.
double factorOne(const mpz_class &n, const Sizes &given, siqs::Simd simd, unsigned threads, bool quiet)
{
    const siqs::Parameters sizes = given.of(n);
    ThreadCrew crew;
    Options options;
    options.crew = threads > 1 ? &crew : nullptr;
    options.threads = threads;
    siqs::Report report;
    const auto start = std::chrono::steady_clock::now();
    double seconds = 0;
    given.set("seconds", seconds);
    if (seconds > 0)
        options.deadline = start + std::chrono::milliseconds(std::lround(1e3 * seconds));
    const double cpu = cpuSeconds();
    const ProgressSink sink = [&](const Progress &p) {
        if (!quiet)
            std::fprintf(stderr, "\r%s %5.1f%% left %7.1f s   ", phaseName(p.phase), 100 * p.fraction,
                         p.timeLeft ? p.timeLeft->count() : 0.0);
    };
    const auto divisor = siqs::factorWith(n, {}, options, sink, sizes, simd, &report);
    const double used = cpuSeconds() - cpu;
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("%s cpu %.6f wall %.4f sieve %.4f solve %.4f | primes %u blocks %u x %u k %u | polys %llu full "
                "%zu cycles %zu of %zu relations (%.1f a second), %zu MiB, peak %ld MiB, attempts %u\n",
                !divisor && seconds > 0                                            ? "stopped"
                    : divisor && n % *divisor == 0 && *divisor > 1 && *divisor < n ? "ok"
                                                                                   : "FAILED",
                used, wall.count(), report.sieving.count(), report.solving.count(), report.parameters.factorBase,
                sizes.blocks, sizes.span, report.multiplier, static_cast<unsigned long long>(report.polynomials),
                report.full, report.cycles, report.relations, double(report.relations) / report.sieving.count(),
                report.relationBytes >> 20, usage.ru_maxrss >> 10, report.solveAttempts);
    return used;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    Sizes sizes;
    for (int i = 2; i < argc; ++i) {
        const std::string word = argv[i];
        const auto equals = word.find('=');
        if (equals != std::string::npos)
            sizes.given[word.substr(0, equals)] = word.substr(equals + 1);
    }
    unsigned threads = 1;
    sizes.set("threads", threads);
    bool quiet = false;
    sizes.set("quiet", quiet);
    const siqs::Simd simd = sizes.given.contains("simd") ? simdNamed(sizes.given["simd"]) : siqs::bestSimd();
    std::vector<mpz_class> numbers;
    if (const std::string number = argv[1]; number != "-") {
        numbers.emplace_back(number);
    } else {
        for (mpz_class n; std::cin >> n;)
            numbers.push_back(n);
    }
    double total = 0;
    for (const mpz_class &n : numbers)
        total += factorOne(n, sizes, simd, threads, quiet);
    std::printf("total cpu %.6f\n", total);
    return 0;
}
