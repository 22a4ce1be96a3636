// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the quadratic sieve with sizes from the command line, so that its table can be measured again
// elsewhere. tune_siqs N [name=value ...] [simd=portable|avx2|avx512] [threads=T]
#include "server/factoring/siqs.h"

#include <cstdio>
#include <map>
#include <string>
#include <sys/resource.h>
#include <thread>

using namespace openloop::factoring;

namespace
{

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
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval &time) { return double(time.tv_sec) + double(time.tv_usec) / 1e6; };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

siqs::Simd simdNamed(const std::string &name)
{
    return name == "portable" ? siqs::Simd::Portable : name == "avx2" ? siqs::Simd::Avx2 : siqs::Simd::Avx512;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc < 2)
        return 1;
    const mpz_class n(argv[1]);
    std::map<std::string, std::string> given;
    for (int i = 2; i < argc; ++i) {
        const std::string word = argv[i];
        const auto equals = word.find('=');
        if (equals != std::string::npos)
            given[word.substr(0, equals)] = word.substr(equals + 1);
    }
    siqs::Parameters sizes = siqs::parametersFor(unsigned(mpz_sizeinbase(n.get_mpz_t(), 2)));
    const auto set = [&](const char *name, auto &field) {
        if (const auto at = given.find(name); at != given.end())
            field = std::remove_reference_t<decltype(field)>(std::stod(at->second));
    };
    set("primes", sizes.factorBase);
    set("blocks", sizes.blocks);
    set("span", sizes.span);
    set("multiplier", sizes.largeMultiplier);
    set("smallBound", sizes.smallBound);
    set("smallBits", sizes.smallBits);
    set("double", sizes.doubleExponent);
    set("aPrime", sizes.aPrime);
    set("extra", sizes.extra);
    unsigned threads = 1;
    set("threads", threads);
    bool quiet = false;
    set("quiet", quiet);
    const siqs::Simd simd = given.contains("simd") ? simdNamed(given["simd"]) : siqs::bestSimd();

    ThreadCrew crew;
    Options options;
    options.crew = threads > 1 ? &crew : nullptr;
    options.threads = threads;
    siqs::Report report;
    const auto start = std::chrono::steady_clock::now();
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
    std::printf("%s cpu %.4f wall %.4f sieve %.3f solve %.3f | primes %u blocks %u k %u | polys %llu full "
                "%zu cycles %zu "
                "of %zu relations, %zu MiB, peak %ld MiB, attempts %u\n",
                divisor && n % *divisor == 0 && *divisor > 1 && *divisor < n ? "ok" : "FAILED", used,
                wall.count(), report.sieving.count(), report.solving.count(), report.parameters.factorBase,
                sizes.blocks, report.multiplier, static_cast<unsigned long long>(report.polynomials),
                report.full, report.cycles, report.relations, report.relationBytes >> 20,
                usage.ru_maxrss >> 10, report.solveAttempts);
    return 0;
}
